"""The only door to Dask: the same tasks run serially, on threads, on processes, or on a cluster."""

from .pool import MODES as MODES
from .pool import Pool as Pool
from .pool import Scheduler as Scheduler
from .pool import open_pool as open_pool
