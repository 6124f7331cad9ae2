package io.mcpsession.mcp;

import io.mcpsession.handler.Changes;
import io.mcpsession.relay.Bus;
import io.mcpsession.relay.BusEvent;

/** Tells of changes over the bus, so that the clients of every replica hear of them. */
public record BusChanges(Bus bus) implements Changes {

    @Override
    public void toolsChanged() {
        bus.publish(new BusEvent.ListChanged(BusEvent.Kind.TOOLS));
    }

    @Override
    public void promptsChanged() {
        bus.publish(new BusEvent.ListChanged(BusEvent.Kind.PROMPTS));
    }

    @Override
    public void resourcesChanged() {
        bus.publish(new BusEvent.ListChanged(BusEvent.Kind.RESOURCES));
    }

    @Override
    public void resourceUpdated(String uri) {
        bus.publish(new BusEvent.ResourceUpdated(uri));
    }
}
