"""The only door to Dask: the same tasks run serially, on threads, on processes, or on a cluster."""

from .opening import MODES as MODES
from .opening import Scheduler as Scheduler
from .opening import open_pool as open_pool
from .pool import Pool as Pool
