"""Why cases are beyond frameworks, which show less of the protocol than the SDK that they are made of."""

EVERYTHING = ("progress", "logging", "elicitation", "sampling", "roots", "resources", "templates", "prompts",
              "completion", "subscription", "list-change", "cancel", "resume")


def all_but(*means):
    """For a framework with these means besides its tools."""
    return {case: "the framework has no means for it" for case in EVERYTHING if case not in means}
