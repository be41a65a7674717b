"""Words of Spanish: what its files call columns, states and kinds.

Belongs here: this language as a record. Does not: finding its words in a text (``language``).
"""

from __future__ import annotations

from typing import Final

from transforms.words.languages.language import Language

ES: Final = Language(
    code="es",
    encodings="cp1252 mac_roman cp850",
    columns={
        "occurred": "hecho*, ocurr*, suceso, fecha siniestro, fecha delito, fecha incidente",
        "reported": (
            "denuncia*, registro, recepcion, recibid*, ingreso, creacion, fecha solicitud, reporte fecha, fecha reporte, alta, "
            "fecha llamada, fecha aviso, inicio"
        ),
        "closed": "cierre, cerrad*, fin, finalizacion, solucion, resolucion",
        "due": "vencimiento, limite, plazo, compromiso",
        "first_contact": "primera respuesta, llegada, arribo, despacho",
        "released": "carga, publicacion, actualiza*, modific*",
        "moment": "fecha, dia, momento",
        "hour": "hora",
        "year": "ano, anio",
        "month": "mes",
        "day": "dia",
        "minute": "minuto*",
        "lon": "longitud, long, lon, coord x, coordenada x",
        "lat": "latitud, lat, coord y, coordenada y",
        "point": "coordenad*, ubicacion, georef*, geolocaliza*",
        "zone": (
            "barrio, colonia, comuna, distrito, localidad, municipio, alcaldia, delegacion, canton, parroquia, cuadrante, sector, upz, zona"
        ),
        "kind": (
            "delito, tipo, subtipo, categoria, subcategoria, clase, modalidad, motivo, asunto, prestacion, concepto, incidente, "
            "naturaleza, conducta, descripcion"
        ),
        "status": "estado, estatus",
        "department": "area, dependencia, organismo, entidad, secretaria, responsable, unidad",
        "discovery": "canal, medio, via, origen, procedencia",
        "severity": "prioridad, gravedad, severidad, nivel",
        "key": "id, numero, nro, num, folio, expediente, radicado, consecutivo, codigo, ticket, carpeta, clave, contacto",
        "premises": "lugar, sitio, domicilio, calle, direccion, altura",
        "personal": (
            "nombre*, apellido*, denunciante, victima, telefono, celular, dni, curp, rfc, cedula, correo, email, edad, sexo, genero"
        ),
    },
    states={
        "open": "abiert*, pendiente*, proceso, tramite, curso, ingresad*, recibid*, asignad*, nuev*, atencion",
        "closed": "cerrad*, resuelt*, finalizad*, concluid*, solucionad*, atendid*, terminad*, archivad*, completad*, ejecutad*",
        "withdrawn": "cancelad*, anulad*, desestimad*, duplicad*, improcedente*, rechazad*, falsa alarma",
        "not": "no, sin",
    },
    kinds={
        "theft_from_vehicle": "robo* interior vehiculo*, hurto* accesorio*, robo* autoparte*, robo* objetos vehiculo*",
        "vehicle_theft": (
            "robo* vehiculo*, robo* auto*, hurto* automotor*, hurto* auto*, hurto* vehiculo*, hurto* moto*, robo* moto*, "
            "sustraccion vehiculo*"
        ),
        "burglary": (
            "robo* casa, robo* vivienda*, robo* domicilio, hurto* residencia*, hurto* comercio, robo* comercio, robo* negocio, "
            "robo* lugar habitado, allanamiento, escruche"
        ),
        "domestic": "violencia intrafamiliar, violencia familiar, violencia domestica, violencia genero",
        "sexual": "violacion, abuso sexual, acoso sexual, delito* sexual*, agresion sexual",
        "homicide": "homicidio*, asesinato*, feminicidio*",
        "kidnapping": "secuestro*, rapto",
        "road_crash crash_response": (
            "accidente* transito, accidente* vial*, accidente* trafico, choque*, colision*, atropell*, siniestro vial, volcadura"
        ),
        "shoplifting": "robo* tienda",
        "pickpocketing": "carterista*, robo* descuido",
        "robbery": "robo*, asalto*, atraco*",
        "theft": "hurto*, sustraccion, abigeato",
        "fraud": "fraude*, estafa*, extorsion*, defraudacion",
        "drugs": "droga*, estupefaciente*, narco*, microtrafico",
        "threats": "amenaza*",
        "assault": "lesion*, agresion*, golpes",
        "damage": "dano*, vandalismo",
        "weapon_possession": "arma*",
        "noise_disorder dispute_noise": "ruido*, musica alta",
        "fight": "rina*, pelea*",
        "disorder": "escandalo*, desorden*, alteracion orden",
        "missing_person": "desaparecid*, extravio persona*",
        "fire_vehicle": "incendio* vehiculo*, incendio* auto*",
        "fire_outdoor": "incendio* forestal*, incendio* pastizal*, incendio* vegetacion, quema, pastizal*, incendio* basura",
        "fire_residential": "incendio* vivienda*, incendio* habitacional, incendio* casa*",
        "fire_structure": "incendio* estructura*, incendio* edificio*, incendio* industrial*, incendio* comercio",
        "gas_leak": "fuga* gas, escape* gas, olor gas",
        "fire_alarm": "alarma*",
        "rescue": "rescate*, salvamento",
        "hazardous_material": "materiales peligrosos, derrame*, quimico*",
        "fire_unknown": "incendio*, fuego",
        "service_vehicle": "vehiculo* abandonado*, auto* abandonado*",
        "service_parking illegal_parking": "estacionamiento, mal estacionado*",
        "service_lighting": "alumbrado, luminaria*, farol*, lampara*, luz publica",
        "service_signals": "semaforo*, senal*, senalizacion",
        "service_roads": "bache*, pavimento, vereda*, banqueta*, calzada, asfalto, acera*",
        "service_dumping": "escombro*, basural*, microbasural, basurero clandestino",
        "service_waste": "recoleccion*, basura, residuo*, reciclaje, contenedor*",
        "service_sanitation": "limpieza, barrido, aseo",
        "service_greening": "arbol*, poda*, area* verde*, jardin*, parque*",
        "service_water": "agua, drenaje, alcantarill*, cloaca*, desague*, inundacion*",
        "service_pests": "plaga*, roedor*, rata*, mosquito*, fumigacion",
        "service_animals animal_incident": "animal*, perro*, gato*",
        "service_graffiti": "grafiti*, pintada*, pinta",
        "service_power": "electricidad, energia electrica, apagon, poste*",
        "service_illegal_building": "construccion ilegal, obra* ilegal*",
        "service_vending": "vendedor* ambulante*, comercio ambulante, ambulantaje",
        "service_air": "humo*, olor*, contaminacion",
        "service_facilities": "mobiliario urbano, juegos infantiles, plaza",
        "service_general order_other fire_service_other": "otro*, otra*, varios",
    },
    feeds={
        "public_order": "delito*, delictiv*, crimen*, policia*, robo*, seguridad, homicidio*, carpeta*",
        "fire_hazard": "incendio*, bombero*, siniestro*",
        "stability": "reclamo*, queja*, solicitud*, atencion ciudadana, reporte* ciudadano*, sugerencia*, peticion*, aviso*",
    },
)
