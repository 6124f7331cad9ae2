/** Where everything is put together: {@link io.mcpsession.Main} starts it, {@link io.mcpsession.Server} builds it. */
package io.mcpsession;
