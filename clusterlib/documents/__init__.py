"""What a trainee takes to work on Monday: Word documents and Excel workbooks, filled and dated."""

from clusterlib.documents.books import portfolio_book
from clusterlib.documents.coherence import coherence_plan
from clusterlib.documents.leadership import leadership_plan
from clusterlib.documents.packs import data_pack
from clusterlib.documents.plans import learning_plan
from clusterlib.documents.profiles import regional_profile
from clusterlib.documents.reports import needs_report
from clusterlib.documents.self_assessment import self_assessment
from clusterlib.documents.services import draft_services, service_portfolio
from clusterlib.documents.visions import vision_statement

__all__ = [
    "coherence_plan",
    "data_pack",
    "draft_services",
    "leadership_plan",
    "learning_plan",
    "needs_report",
    "portfolio_book",
    "regional_profile",
    "self_assessment",
    "service_portfolio",
    "vision_statement",
]
