"""stub"""
import numpy as np
from .._jit import exact
@exact
def single_split(seen, order, y, class_weight, out):
    q, n = seen.shape
    K = class_weight.size
    tot = np.zeros(K)
    for c in y: tot[c] += 1
    s0 = (tot*tot).sum()
    for j in range(q):
        L = np.zeros(K); best = 0.0; sl = 0.0; sr = s0
        for k in range(n-1):
            i = order[j,k]; c = y[i]
            sl += 2*L[c]+1; sr -= 2*(tot[c]-L[c])-1; L[c]+=1
            if seen[j, order[j,k+1]] > seen[j,i]:
                g = sl/(k+1)+sr/(n-k-1)-s0/n
                if g > best: best = g
        out[j] = best/n
