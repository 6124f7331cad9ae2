/** The manifests of {@code k8s/}, checked with no cluster. */
package io.mcpsession.k8s;
