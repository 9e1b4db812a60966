"""Money of a cluster office: funding mix, fees, cash, European grants and State aid ceilings."""

from clusterlib.resources.aid import AidCeiling, aid_ceiling, collaboration_counts
from clusterlib.resources.calls import exchange_visit_lump_sum, project_size_bounds
from clusterlib.resources.cash import CashPlan, Ledger, cash_flow
from clusterlib.resources.de_minimis import DeMinimis, de_minimis_check, de_minimis_headroom
from clusterlib.resources.european import erdf_rate, horizon_grant, indirect_costs
from clusterlib.resources.fees import break_even_members, fee_balance
from clusterlib.resources.funding import FundingMix, funding_mix
from clusterlib.resources.risk import CashRisk, Shocks, simulate_cash

__all__ = [
    "AidCeiling",
    "CashPlan",
    "CashRisk",
    "DeMinimis",
    "FundingMix",
    "Ledger",
    "Shocks",
    "aid_ceiling",
    "break_even_members",
    "cash_flow",
    "collaboration_counts",
    "de_minimis_check",
    "de_minimis_headroom",
    "erdf_rate",
    "exchange_visit_lump_sum",
    "fee_balance",
    "funding_mix",
    "horizon_grant",
    "indirect_costs",
    "project_size_bounds",
    "simulate_cash",
]
