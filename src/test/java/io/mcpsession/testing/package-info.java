/** What tests of every package share: time that moves by hand, and waiting without sleeping. */
package io.mcpsession.testing;
