"""Data: the synthetic case, a learner's own tables, and Eurostat figures.

Everything loads on first use: `import clusterlib.data` imports neither pandas nor pandera.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["case", "catalogue", "eurostat", "jsonstat", "numbers", "own_tables", "sbs"],
    submod_attrs={
        "case": ["Case", "load_case"],
        "catalogue": ["course_path", "list_audiences", "list_modules"],
        "entry_file": ["EntryFile", "entry_file"],
        "eurostat": ["EurostatClient", "EurostatError"],
        "regional_jobs": ["regional_employment"],
        "leadership": ["LeadershipScene", "leadership_scene"],
        "finance_case": ["FinancePlan", "finance_case"],
        "jsonstat": ["dimension_labels", "read_jsonstat"],
        "networks_case": ["Cooperation", "cooperation"],
        "own_tables": ["check_table", "flags_of", "load_table", "notes_of", "survey_tables"],
        "partner_search": ["PartnerSearch", "partner_search"],
        "planning_case": ["ActionChoice", "action_choice"],
        "policies": ["PolicyPlan", "policy_plan"],
        "problems": ["TableProblems"],
        "sbs": ["pivot_sbs", "read_sbs_export"],
        "support_record": ["SupportRecord", "support_record"],
        "templates": ["save_template"],
        "watch_record": ["WatchRecord", "watch_record"],
        "vision_panel": ["VisionPanel", "vision_panel"],
    },
)
