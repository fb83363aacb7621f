"""蹲点: campaigns, what their positions have to do, which team takes which, and who may say so.

Each module is imported by its own name. ``campaign`` is the noun, of pack and store, ``deeds`` what leaders do to it;
``plan`` who is where and under what demands; ``rights`` who may edit, publish and plan visits; ``ground`` what hangs
together; ``workload`` what there is to do; ``posing``, ``solving`` and ``proposals`` the problem and its answers,
``tables`` the same for any table; ``flags`` plans that boundaries have overtaken;
``words``, ``told``, ``calendar`` and ``command`` how it is told.
"""
