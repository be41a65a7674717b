"""What a district may say: its declaration, its sources, the codes they are made of.

Belongs here: the shape of a district folder and every rule about it that needs no file. Does not: reading the folder
(``infra.districts``).
"""
