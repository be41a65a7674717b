"""Words of German: what its files call columns, states and kinds.

Belongs here: this language as a record. Does not: finding its words in a text (``language``).
"""

from __future__ import annotations

from typing import Final

from transforms.words.languages.language import Language

DE: Final = Language(
    code="de",
    encodings="cp1252 mac_roman cp850",
    columns={
        "occurred": (
            "tatzeit*, tattag, tatdatum, ereignis*, einsatzdatum, einsatzzeit, einsatzbeginn, vorfall*, unfallzeit, alarmierung*, alarmzeit"
        ),
        "reported": "meldung*, meldedatum, eingang*, erstellt*, anzeige*, aufnahme*, gemeldet*, erfasst*",
        "closed": "abschluss*, erledigt am, erledigungsdatum, geschlossen*, beendet*, ende, einsatzende",
        "due": "frist*, faellig*, fallig*, termin",
        "first_contact": "eintreffen, ankunft",
        "released": "angelegt am, aktualisiert*, veroffentlich*, geandert*",
        "moment": "datum, zeitpunkt, zeitstempel, tag, *datum",
        "hour": "uhrzeit, stunde, zeit, *uhrzeit, *stunde",
        "year": "jahr",
        "month": "monat",
        "day": "tag",
        "minute": "minute*",
        "lon": "langengrad, laenge*, lange, lon, rechtswert, ostwert",
        "lat": "breitengrad, breite, lat, hochwert, nordwert",
        "point": "koordinate*, geopunkt",
        "zone": "stadtteil*, bezirk*, ortsteil*, stadtbezirk*, lor, revier*, wache, kreis, quartier, gemeinde, planungsraum, viertel",
        "kind": (
            "delikt*, straftat*, einsatzart, einsatzstichwort, stichwort, art, kategorie*, meldungsart, anliegen*, betreff, typ, "
            "thema, ereignisart, einsatzgrund, vorgangsart, beschreibung, *art"
        ),
        "status": "bearbeitungsstand, zustand, bearbeitungsstatus, stand",
        "department": "amt, dienststelle, zustandig*, abteilung, fachbereich, behorde",
        "discovery": "meldeweg, kanal, eingangsweg, quelle, herkunft",
        "severity": "prioritat, dringlichkeit, schwere*, stufe",
        "key": "id, nummer, nr, *nummer, aktenzeichen, kennung",
        "premises": "tatort*, ort, strasse, adresse, ortlichkeit, hausnummer",
        "personal": "name, vorname*, nachname*, geschadigt*, opfer*, telefon*, mail, geburtsdatum, alter, geschlecht",
    },
    states={
        "open": "offen*, arbeit, bearbeitung, neu, eingegangen, angenommen, weitergeleitet, unerledigt*, zugewiesen",
        "closed": "erledigt*, geschlossen*, abgeschlossen*, gelost*, behoben*, beendet*, fertig",
        "withdrawn": "storniert*, zuruckgezogen*, ungultig*, abgelehnt*, doppelt*, gegenstandslos",
        "not": "nicht, kein*, noch, un*",
    },
    kinds={
        "theft_from_vehicle": (
            "*diebstahl aus kfz, *diebstahl aus kraftwagen, *diebstahl aus fahrzeug*, diebstahl an aus kfz, kfz aufbruch*, "
            "*diebstahl an kfz"
        ),
        "vehicle_theft": (
            "kfz diebstahl*, *diebstahl von kfz, *diebstahl kraftwagen, *diebstahl von kraftfahrzeug*, autodiebstahl*, fahrzeugdiebstahl*"
        ),
        "burglary": "*einbruch*, einschleichdiebstahl*",
        "domestic": "hausliche gewalt",
        "sexual": "vergewaltigung*, sexual*, sexuelle*",
        "homicide": "mord*, totschlag*, totung*",
        "kidnapping": "entfuhrung*, freiheitsberaubung*",
        "road_crash crash_response": "verkehrsunfall*, unfall*",
        "shoplifting": "ladendiebstahl*",
        "pickpocketing": "taschendiebstahl*",
        "robbery": "raub*, *raub, rauberische*",
        "arson": "brandstiftung*",
        "theft": "*diebstahl*, entwendung",
        "fraud": "*betrug*, unterschlagung*, falschung*",
        "drugs": "*drogen*, betaubungsmittel*, btm, rauschgift*",
        "threats": "bedrohung*, notigung*",
        "assault": "*korperverletzung*, koerperverletzung*, gewaltdelikt*",
        "damage": "*sachbeschadigung*, sachbeschaedigung*, vandalismus*",
        "weapon_possession": "waffen*",
        "noise_disorder dispute_noise": "*larm*, laerm*, ruhestorung*",
        "fight": "schlagerei*",
        "disorder": "hausfriedensbruch*, landfriedensbruch, storung*",
        "missing_person": "vermisst*",
        "fire_vehicle": "fahrzeugbrand*, pkw brand, brand pkw, lkw brand, kfz brand",
        "fire_outdoor": "waldbrand*, flachenbrand*, vegetationsbrand*, mullbrand*, containerbrand*, kleinbrand*",
        "fire_residential": "wohnungsbrand*, brand wohn*, wohnhausbrand*, zimmerbrand*, kuchenbrand*",
        "fire_structure": "gebaudebrand*, hausbrand*, dachstuhlbrand*, kellerbrand*, industriebrand*, grossbrand*",
        "gas_leak": "gasgeruch*, gasaustritt*, gasausstromung",
        "fire_alarm": "brandmelde*, bma, fehlalarm*, rauchmelder*, alarm",
        "hazardous_material": "gefahrgut*, gefahrstoff*, olspur*, olunfall*",
        "rescue": "rettung*, turoffnung*, hilfeleistung*, technische hilfe*, *rettung, person klemmt, aufzug*",
        "fire_unknown": "*brand, *brand*, feuer*",
        "service_vehicle": "schrottfahrzeug*, autowrack*, schrottauto*",
        "service_parking illegal_parking": "*parken*, parkverstoss*, parkraum*, falschparker*",
        "service_lighting": "*beleuchtung*, laterne*",
        "service_signals": "ampel*, verkehrszeichen*, lichtsignal*, markierung*",
        "service_roads": "schlagloch*, strassenschaden*, gehweg*, fahrbahn*, strassenzustand, radweg*",
        "service_dumping": "wilde* mull*, illegale* mull*, sperrmull*, mullablagerung*, bauschutt",
        "service_waste": "abfall*, mull*, muell*, tonne*, wertstoff*, glascontainer*",
        "service_sanitation": "reinigung*, verschmutz*, schmutz*, verunreinigung*, hundekot, kehr*",
        "service_greening": "baum*, *baum, grun*, park*, hecke*",
        "service_water": "wasser*, kanal*, gully*, abwasser*, uberschwemmung*, brunnen*",
        "service_snow": "winterdienst*, schnee*, glatteis*",
        "service_pests": "ratten*, schadling*, ungeziefer*, wespen*",
        "service_animals animal_incident": "tier*, *hund, tauben*",
        "service_graffiti": "graffiti*, schmiererei*, plakat*",
        "service_facilities": "spielplatz*, bank, banke, stadtmobiliar",
        "service_air": "geruch*, rauch*, luft*",
        "service_general order_other fire_service_other": "sonstige*, andere*, sonst",
    },
    feeds={
        "public_order": "straftat*, delikt*, kriminal*, polizei*, diebstahl*",
        "fire_hazard": "feuerwehr*, brand*",
        "stability": "meldung*, anliegen*, beschwerde*, mangel*, hinweis*, ordnungsamt*",
    },
)
