import random, time, os
from test_laws import Kept, plan_of, PLACES, blank, district
from sheets import code_of, fates
CODES=("","",code_of(1),code_of(2),code_of(1)[:-1]+"?")
def row(r): return (r.choice(("甲公司","乙公司","乙 公司","")),r.choice(CODES),r.choice(PLACES),r.choice(("","1","2","很多")) if r.random()<.5 else "",r.choice(("","010")))
def test_fuzz(blank,district):
    r=random.Random(int(os.environ.get("SEED","1"))); t=time.time(); n=0; bad=[]
    while time.time()-t<float(os.environ.get("SECS","200")):
        n+=1
        before=[row(r) for _ in range(r.randint(0,3))]; rows=[row(r) for _ in range(r.randint(1,4))]
        s=Kept(blank); s.write(plan_of(before,s,district).changes())
        a=plan_of(rows,s,district); kept=s.frame; s.write(a.changes()); b=plan_of(rows,s,district)
        if list(b.changes()) or [f=="refused" for f in fates(a)]!=[f=="refused" for f in fates(b)]:
            bad.append((len(before)+len(rows),"again",before,rows,fates(a),fates(b),a.reasons.key.tolist(),b.reasons.key.tolist()))
        s.frame=kept
        o=r.sample(range(len(rows)),len(rows)); c=plan_of([rows[i] for i in o],s,district)
        if "reason.contradicts" not in {*a.reasons.key,*c.reasons.key}:
            if a.rows.id.iloc[o].tolist()!=c.rows.id.tolist():
                bad.append((len(before)+len(rows),"order",before,rows,o,fates(a),fates(c)))
    print(n,"cases",len(bad),"bad")
    for b in sorted(bad,key=lambda b:b[0])[:4]:
        print(*b,sep="\n   ")
    assert not bad
