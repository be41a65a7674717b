"""Small files in the likeness of what portals of many countries offer: each in its language, encoding, separator and way of writing times.

Belongs here: the likenesses and what a proposal should say of each. Does not: asking for one (``tests.flows.cli.test_portals``).
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

ROWS = 240
_BEGIN = dt.datetime(2025, 9, 1, 0, 7, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Portal:
    """One file. ``columns`` gives for each header what stands below it: a role that is proposed, or a filling that is not; ``kinds`` and
    ``states`` map the words of the file to the codes that they mean; ``written`` is how a time is written, ``reads`` by which formats it
    is read, where those are others."""

    name: str
    encoding: str
    feed: str
    columns: dict[str, str]
    kinds: dict[str, str]
    place: tuple[float, float] = (0.0, 0.0)
    separator: str = ","
    written: str = "%Y-%m-%d %H:%M:%S"
    reads: str | None = None
    states: dict[str, str] = field(default_factory=dict)
    decimal: str = "."
    quarters: tuple[str, ...] = ()
    months: tuple[str, ...] = ()

    def text(self) -> str:
        """The file."""
        chance = random.Random(self.name)
        lines = [self.separator.join(self.columns)]
        for n in range(ROWS):
            at = _BEGIN + dt.timedelta(hours=7 * n, minutes=n % 53)
            lines.append(self.separator.join(self._value(role, n, at, chance) for role in self.columns.values()))
        return "\r\n".join([*lines, ""])

    def _value(self, role: str, n: int, at: dt.datetime, chance: random.Random) -> str:
        words = list(self.kinds)
        if role in {"occurred_at", "reported_at", "closed_at", "released"}:
            later = {"occurred_at": 0, "reported_at": 35, "closed_at": 3 * 1440, "released": 9 * 1440}[role]
            return self._time(at + dt.timedelta(minutes=later))
        if role == "hour":
            return f"{at:%H:%M}"
        if role == "kind":
            return words[n % len(words)]
        if role == "status":
            return list(self.states)[n % len(self.states)]
        if role in {"lon", "lat"}:
            middle = self.place[0 if role == "lon" else 1]
            return f"{middle + chance.uniform(-0.04, 0.04):.6f}".replace(".", self.decimal)
        if role == "point":
            return f"({self.place[1] + chance.uniform(-0.04, 0.04):.6f}; {self.place[0] + chance.uniform(-0.04, 0.04):.6f})"
        if role == "zone":
            return self.quarters[chance.randrange(len(self.quarters))]
        if role == "key":
            return f"{at:%Y}-{400 + n:05d}"
        if role == "year":
            return str(at.year)
        if role == "month":
            return self.months[at.month - 1] if self.months else str(at.month)
        if role == "day":
            return str(at.day)
        return {"address": f"{self.quarters[0] if self.quarters else 'A'} {n % 90 + 1}", "count": str(n % 3 + 1), "": ""}[role]

    def _time(self, at: dt.datetime) -> str:
        text = at.strftime(self.written.replace("%-d", str(at.day)).replace("%-m", str(at.month)).replace("%ROC", str(at.year - 1911)))
        return text.replace(str(at.year), str(at.year + 543)) if self.written.startswith("BE ") else text

    def content(self) -> bytes:
        """The file as it lies there."""
        return self.text().encode(self.encoding)


PORTALS = (
    Portal(
        "ar_delitos_2025.csv",
        "utf-8",
        "public_order",
        {
            "id_mapa": "key",
            "fecha": "occurred_at",
            "franja": "count",
            "tipo": "kind",
            "barrio": "zone",
            "latitud": "lat",
            "longitud": "lon",
        },
        {"Robo": "robbery", "Hurto": "theft", "Lesiones": "assault", "Amenazas": "threats", "Homicidios": "homicide"},
        (-58.44, -34.60),
        quarters=("Palermo", "Caballito", "Flores"),
        written="%Y-%m-%d",
    ),
    Portal(
        "mx_carpetas.csv",
        "cp1252",
        "public_order",
        {
            "expediente": "key",
            "fecha_hecho": "occurred_at",
            "hora_hecho": "hour",
            "delito": "kind",
            "alcaldía": "zone",
            "latitud": "lat",
            "longitud": "lon",
            "fecha_inicio": "reported_at",
        },
        {
            "ROBO A CASA HABITACIÓN SIN VIOLENCIA": "burglary",
            "ROBO DE VEHÍCULO CON VIOLENCIA": "vehicle_theft",
            "VIOLACIÓN": "sexual",
            "LESIONES INTENCIONALES": "assault",
            "FRAUDE": "fraud",
            "DAÑO EN PROPIEDAD AJENA": "damage",
        },
        (-99.13, 19.43),
        quarters=("COYOACÁN", "TLALPAN", "BENITO JUÁREZ"),
        written="%d/%m/%Y",
    ),
    Portal(
        "co_reportes_bogota.csv",
        "utf-8-sig",
        "stability",
        {
            "Radicado": "key",
            "Fecha Radicación": "occurred_at",
            "Subtema": "count",
            "Asunto": "kind",
            "Localidad": "zone",
            "Estado": "status",
            "Longitud": "lon",
            "Latitud": "lat",
        },
        {
            "Alumbrado público": "service_lighting",
            "Recolección de basuras": "service_waste",
            "Huecos y pavimento": "service_roads",
            "Poda de árboles": "service_greening",
            "Ruido": "dispute_noise",
        },
        (-74.08, 4.65),
        ";",
        "%d/%m/%Y %H:%M",
        states={"Solucionado": "closed", "En trámite": "open", "No solucionado": "open"},
        quarters=("Usaquén", "Kennedy", "Suba"),
        decimal=",",
    ),
    Portal(
        "br_ocorrencias.csv",
        "cp1252",
        "public_order",
        {
            "NUM_BO": "key",
            "DATA_OCORRENCIA": "occurred_at",
            "HORA_OCORRENCIA": "hour",
            "NATUREZA": "kind",
            "BAIRRO": "zone",
            "LATITUDE": "lat",
            "LONGITUDE": "lon",
            "DATA_REGISTRO": "reported_at",
        },
        {
            "Furto de veículo": "vehicle_theft",
            "Roubo a transeunte": "robbery",
            "Lesão corporal": "assault",
            "Estelionato": "fraud",
            "Ameaça": "threats",
            "Furto em residência": "burglary",
        },
        (-46.63, -23.55),
        ";",
        "%d/%m/%Y",
        quarters=("Sé", "Mooca", "Tatuapé"),
    ),
    Portal(
        "pt_ocorrencias_lisboa.csv",
        "utf-8",
        "stability",
        {
            "Nº Ocorrência": "key",
            "Data de registo": "occurred_at",
            "Assunto": "kind",
            "Freguesia": "zone",
            "Estado": "status",
            "Data de conclusão": "closed_at",
        },
        {
            "Iluminação pública": "service_lighting",
            "Recolha de lixo": "service_waste",
            "Buracos na calçada": "service_roads",
            "Árvores e jardins": "service_greening",
        },
        separator=";",
        written="%d-%m-%Y %H:%M",
        states={"Concluída": "closed", "Em análise": "open"},
        quarters=("Arroios", "Belém", "Alvalade"),
    ),
    Portal(
        "fr_interventions_sdis.csv",
        "cp1252",
        "fire_hazard",
        {"numéro": "key", "date intervention": "occurred_at", "nature": "kind", "commune": "zone"},
        {
            "Feu de véhicule": "fire_vehicle",
            "Feu d'habitation": "fire_residential",
            "Fuite de gaz": "gas_leak",
            "Secours à victime": "rescue",
            "Feu de végétation": "fire_outdoor",
        },
        separator=";",
        written="%d/%m/%Y %H:%M",
        quarters=("Évry", "Massy", "Étampes"),
    ),
    Portal(
        "ca_actes_criminels.csv",
        "utf-8",
        "public_order",
        {"CATEGORIE": "kind", "DATE": "occurred_at", "QUART": "count", "PDQ": "zone", "LONGITUDE": "lon", "LATITUDE": "lat"},
        {
            "Introduction": "burglary",
            "Vol de véhicule à moteur": "vehicle_theft",
            "Vol dans / sur véhicule à moteur": "theft_from_vehicle",
            "Méfait": "damage",
            "Vols qualifiés": "robbery",
        },
        (-73.57, 45.51),
        written="%Y-%m-%d",
        quarters=("7", "12", "38"),
    ),
    Portal(
        "de_maengelmelder.csv",
        "utf-8",
        "stability",
        {
            "Vorgangsnummer": "key",
            "Meldedatum": "occurred_at",
            "Kategorie": "kind",
            "Stadtteil": "zone",
            "Status": "status",
            "Breite": "lat",
            "Länge": "lon",
        },
        {
            "Schlagloch": "service_roads",
            "Straßenbeleuchtung defekt": "service_lighting",
            "Wilder Müll": "service_dumping",
            "Ampel ausgefallen": "service_signals",
            "Falschparker": "service_parking",
        },
        (9.99, 53.55),
        ";",
        "%d.%m.%Y %H:%M",
        states={"erledigt": "closed", "in Bearbeitung": "open", "nicht erledigt": "open"},
        quarters=("Altona", "Eimsbüttel", "Wandsbek"),
        decimal=",",
    ),
    Portal(
        "de_straftaten.csv",
        "cp1252",
        "public_order",
        {
            "Aktenzeichen": "key",
            "Tatdatum": "occurred_at",
            "Uhrzeit": "hour",
            "Delikt": "kind",
            "Bezirk": "zone",
            "angelegt am": "released",
        },
        {
            "Fahrraddiebstahl": "theft",
            "Kellereinbruch": "burglary",
            "Diebstahl von Kfz": "vehicle_theft",
            "Körperverletzung": "assault",
            "Sachbeschädigung": "damage",
        },
        separator=";",
        written="%d.%m.%Y",
        quarters=("Mitte", "Neukölln", "Köpenick"),
    ),
    Portal(
        "it_segnalazioni.csv",
        "utf-8",
        "stability",
        {
            "Protocollo": "key",
            "Data segnalazione": "occurred_at",
            "Tipologia": "kind",
            "Quartiere": "zone",
            "Stato": "status",
            "Longitudine": "lon",
            "Latitudine": "lat",
        },
        {
            "Illuminazione pubblica": "service_lighting",
            "Buche stradali": "service_roads",
            "Rifiuti abbandonati": "service_dumping",
            "Verde pubblico": "service_greening",
        },
        (11.34, 44.49),
        ";",
        "%d/%m/%Y %H:%M",
        states={"Chiusa": "closed", "In lavorazione": "open"},
        quarters=("Navile", "Savena", "Reno"),
    ),
    Portal(
        "nl_meldingen.csv",
        "utf-8",
        "stability",
        {"Meldingsnummer": "key", "Datum melding": "occurred_at", "Hoofdcategorie": "kind", "Wijk": "zone", "Status": "status"},
        {
            "Zwerfafval": "service_sanitation",
            "Straatverlichting kapot": "service_lighting",
            "Losse stoeptegel": "service_roads",
            "Ratten": "service_pests",
            "Parkeeroverlast": "service_parking",
        },
        separator=";",
        written="%d-%m-%Y %H:%M",
        states={"Afgehandeld": "closed", "In behandeling": "open"},
        quarters=("Centrum", "Noord", "Zuidoost"),
    ),
    Portal(
        "se_brott.csv",
        "cp1252",
        "public_order",
        {"Diarienummer": "key", "Brottsdatum": "occurred_at", "Brottstyp": "kind", "Stadsdel": "zone"},
        {
            "Cykelstöld": "theft",
            "Inbrott i bostad": "burglary",
            "Misshandel utomhus": "assault",
            "Skadegörelse": "damage",
            "Rån": "robbery",
        },
        separator=";",
        written="%Y-%m-%d %H:%M",
        quarters=("Södermalm", "Östermalm", "Kista"),
    ),
    Portal(
        "no_brann.csv",
        "utf-8",
        "fire_hazard",
        {
            "Saksnummer": "key",
            "Dato": "occurred_at",
            "Klokkeslett": "hour",
            "Hendelsestype": "kind",
            "Bydel": "zone",
            "Lengdegrad": "lon",
            "Breddegrad": "lat",
        },
        {"Brann i bygning": "fire_structure", "Bilbrann": "fire_vehicle", "Skogbrann": "fire_outdoor", "Gasslekkasje": "gas_leak"},
        (10.75, 59.91),
        ";",
        "%d.%m.%Y",
        quarters=("Frogner", "Grünerløkka", "Sagene"),
        decimal=",",
    ),
    Portal(
        "fi_palautteet.csv",
        "utf-8",
        "stability",
        {"Tunnus": "key", "Ilmoituspäivä": "occurred_at", "Aihe": "kind", "Kaupunginosa": "zone", "Tila": "status"},
        {
            "Katuvalo rikki": "service_lighting",
            "Kuoppa tiessä": "service_roads",
            "Roskaaminen": "service_dumping",
            "Graffiti": "service_graffiti",
            "Lumenauraus": "service_snow",
        },
        separator=";",
        written="%-d.%-m.%Y %H:%M",
        reads="%d.%m.%Y %H:%M",
        states={"Valmis": "closed", "Käsittelyssä": "open"},
        quarters=("Kallio", "Töölö", "Pasila"),
    ),
    Portal(
        "pl_zgloszenia.csv",
        "cp1250",
        "stability",
        {"Numer zgłoszenia": "key", "Data zgłoszenia": "occurred_at", "Kategoria": "kind", "Dzielnica": "zone", "Stan": "status"},
        {
            "Dziura w jezdni": "service_roads",
            "Oświetlenie uliczne": "service_lighting",
            "Dzikie wysypisko": "service_dumping",
            "Nielegalne parkowanie": "service_parking",
        },
        separator=";",
        written="%d.%m.%Y %H:%M",
        states={"zakończone": "closed", "w toku": "open", "niezakończone": "open"},
        quarters=("Śródmieście", "Mokotów", "Żoliborz"),
    ),
    Portal(
        "cz_kriminalita.csv",
        "cp1250",
        "public_order",
        {
            "číslo": "key",
            "datum spáchání": "occurred_at",
            "druh činu": "kind",
            "městská část": "zone",
            "zeměpisná šířka": "lat",
            "zeměpisná délka": "lon",
        },
        {
            "krádež vozidla": "vehicle_theft",
            "vloupání do bytu": "burglary",
            "loupež": "robbery",
            "ublížení na zdraví": "assault",
            "podvod": "fraud",
        },
        (14.43, 50.08),
        ";",
        "%-d. %-m. %Y %H:%M",
        "%d.%m.%Y %H:%M",
        quarters=("Žižkov", "Smíchov", "Letňany"),
        decimal=",",
    ),
    Portal(
        "hu_bejelentesek.csv",
        "cp1250",
        "stability",
        {"Azonosító": "key", "Bejelentés dátuma": "occurred_at", "Kategória": "kind", "Kerület": "zone", "Állapot": "status"},
        {
            "Kátyú": "service_roads",
            "Közvilágítás hibája": "service_lighting",
            "Illegális szemétlerakás": "service_dumping",
            "Szabálytalan parkolás": "service_parking",
        },
        separator=";",
        written="%Y. %m. %d. %H:%M",
        states={"Megoldott": "closed", "Folyamatban": "open"},
        quarters=("Ferencváros", "Újbuda", "Kőbánya"),
    ),
    Portal(
        "ro_sesizari.csv",
        "utf-8",
        "stability",
        {"Nr. sesizare": "key", "Data înregistrării": "occurred_at", "Categorie": "kind", "Sector": "zone", "Stare": "status"},
        {
            "Iluminat public": "service_lighting",
            "Gropi în carosabil": "service_roads",
            "Câini fără stăpân": "service_animals",
            "Gunoi neridicat": "service_waste",
        },
        written="%d.%m.%Y %H:%M",
        states={"Rezolvată": "closed", "În lucru": "open", "Nerezolvată": "open"},
        quarters=("Sector 1", "Sector 3", "Sector 6"),
    ),
    Portal(
        "tr_itfaiye.csv",
        "cp1254",
        "fire_hazard",
        {"Olay No": "key", "Olay Tarihi": "occurred_at", "Olay Türü": "kind", "İlçe": "zone", "Enlem": "lat", "Boylam": "lon"},
        {
            "Araç Yangını": "fire_vehicle",
            "Ot Yangını": "fire_outdoor",
            "Konut Yangını": "fire_residential",
            "Gaz Kaçağı": "gas_leak",
            "Asansörde Mahsur Kalma": "rescue",
        },
        (28.98, 41.01),
        ";",
        "%d.%m.%Y %H:%M",
        quarters=("Kadıköy", "Beşiktaş", "Üsküdar"),
        decimal=",",
    ),
    Portal(
        "ru_obrascheniya.csv",
        "cp1251",
        "stability",
        {"Номер обращения": "key", "Дата регистрации": "occurred_at", "Тема": "kind", "Район": "zone", "Статус": "status"},
        {
            "Уборка снега": "service_sanitation",
            "Яма на дороге": "service_roads",
            "Не горит фонарь": "service_lighting",
            "Вывоз мусора": "service_waste",
            "Шум": "dispute_noise",
        },
        separator=";",
        written="%d.%m.%Y %H:%M",
        states={"Решено": "closed", "В работе": "open", "Не решено": "open"},
        quarters=("Арбат", "Хамовники", "Перово"),
    ),
    Portal(
        "ua_zvernennya.csv",
        "utf-8",
        "stability",
        {"Реєстраційний номер": "key", "Дата звернення": "occurred_at", "Категорія": "kind", "Район": "zone", "Стан": "status"},
        {
            "Освітлення вулиць": "service_lighting",
            "Ремонт доріг": "service_roads",
            "Вивіз сміття": "service_waste",
            "Відсутність опалення": "service_heating",
        },
        written="%d.%m.%Y %H:%M",
        states={"Виконано": "closed", "В роботі": "open"},
        quarters=("Подільський", "Печерський", "Дарницький"),
    ),
    Portal(
        "gr_aitimata.csv",
        "cp1253",
        "stability",
        {"Αριθμός": "key", "Ημερομηνία υποβολής": "occurred_at", "Κατηγορία": "kind", "Συνοικία": "zone", "Κατάσταση": "status"},
        {
            "Φωτισμός": "service_lighting",
            "Λακκούβα οδοστρώματος": "service_roads",
            "Καθαριότητα": "service_sanitation",
            "Εγκαταλελειμμένα οχήματα": "service_vehicle",
        },
        separator=";",
        written="%d/%m/%Y %H:%M",
        states={"Ολοκληρώθηκε": "closed", "Σε εξέλιξη": "open"},
        quarters=("Κυψέλη", "Παγκράτι", "Πετράλωνα"),
    ),
    Portal(
        "jp_hanzai.csv",
        "cp932",
        "public_order",
        {"管理番号": "key", "発生年月日": "occurred_at", "発生時刻": "hour", "手口": "kind", "市区町村": "zone"},
        {
            "自転車盗": "theft",
            "ひったくり": "snatching",
            "車上ねらい": "theft_from_vehicle",
            "空き巣": "burglary",
            "オートバイ盗": "vehicle_theft",
        },
        written="%Y年%m月%d日",
        quarters=("新宿区", "渋谷区", "世田谷区"),
    ),
    Portal(
        "kr_minwon.csv",
        "cp949",
        "stability",
        {
            "접수번호": "key",
            "접수일시": "occurred_at",
            "민원유형": "kind",
            "행정동": "zone",
            "처리상태": "status",
            "처리완료일시": "closed_at",
        },
        {
            "불법주정차": "service_parking",
            "가로등 고장": "service_lighting",
            "도로 파손": "service_roads",
            "쓰레기 무단투기": "service_dumping",
            "층간소음": "dispute_noise",
        },
        states={"처리완료": "closed", "처리중": "open", "미처리": "open"},
        quarters=("역삼동", "삼성동", "논현동"),
    ),
    Portal(
        "kr_hwajae.csv",
        "cp949",
        "fire_hazard",
        {"연번": "key", "화재발생일시": "occurred_at", "화재유형": "kind", "시군구": "zone", "위도": "lat", "경도": "lon"},
        {"건물화재": "fire_structure", "자동차화재": "fire_vehicle", "임야화재": "fire_outdoor", "가스누출": "gas_leak"},
        (126.98, 37.56),
        written="%Y-%m-%d %H:%M",
        quarters=("종로구", "중구", "용산구"),
    ),
    Portal(
        "tw_theft.csv",
        "big5",
        "public_order",
        {"編號": "key", "發生日期": "occurred_at", "發生時段": "count", "案類": "kind", "行政區": "zone"},
        {"住宅竊盜": "burglary", "汽車竊盜": "vehicle_theft", "機車竊盜": "vehicle_theft", "強盜": "robbery", "詐欺": "fraud"},
        written="%ROC/%m/%d",
        reads="%Y/%m/%d",
        quarters=("信義區", "大安區", "萬華區"),
    ),
    Portal(
        "cn_12345.csv",
        "gb18030",
        "stability",
        {"工单编号": "key", "受理时间": "occurred_at", "事项类型": "kind", "街道": "zone", "状态": "status"},
        {"噪声扰民": "dispute_noise", "路灯不亮": "service_lighting", "垃圾清运": "service_waste", "停车秩序": "service_parking"},
        written="%Y/%m/%d %H:%M",
        states={"已办结": "closed", "办理中": "open"},
        quarters=("卫滨街道", "平原街道", "南桥街道"),
    ),
    Portal(
        "id_pengaduan.csv",
        "utf-8",
        "stability",
        {"nomor_tiket": "key", "tanggal_laporan": "occurred_at", "kategori": "kind", "kecamatan": "zone", "status": "status"},
        {
            "Jalan rusak": "service_roads",
            "Lampu jalan mati": "service_lighting",
            "Sampah": "service_waste",
            "Banjir": "service_water",
            "Parkir liar": "service_parking",
        },
        separator=";",
        written="%d/%m/%Y %H:%M",
        states={"Selesai": "closed", "Diproses": "open", "Belum selesai": "open"},
        quarters=("Gambir", "Menteng", "Tebet"),
    ),
    Portal(
        "vn_phan_anh.csv",
        "utf-8",
        "stability",
        {"Mã phản ánh": "key", "Ngày tiếp nhận": "occurred_at", "Lĩnh vực": "kind", "Phường": "zone", "Trạng thái": "status"},
        {
            "Đèn đường hỏng": "service_lighting",
            "Thu gom rác": "service_waste",
            "Cây xanh": "service_greening",
            "Ngập nước": "service_water",
        },
        written="%d/%m/%Y %H:%M",
        states={"Đã xử lý": "closed", "Đang xử lý": "open", "Chưa xử lý": "open"},
        quarters=("Bến Nghé", "Đa Kao", "Thảo Điền"),
    ),
    Portal(
        "th_complaints.csv",
        "cp874",
        "stability",
        {"รหัสเรื่อง": "key", "วันที่รับแจ้ง": "occurred_at", "ประเภท": "kind", "เขต": "zone", "สถานะ": "status"},
        {"ถนนชำรุด": "service_roads", "ไฟฟ้าส่องสว่าง": "service_lighting", "ขยะตกค้าง": "service_waste", "น้ำท่วมขัง": "service_water"},
        written="%d/%m/%Y %H:%M",
        states={"เสร็จสิ้น": "closed", "กำลังดำเนินการ": "open"},
        quarters=("บางรัก", "ปทุมวัน", "ดินแดง"),
    ),
    Portal(
        "gb_street.csv",
        "utf-8",
        "public_order",
        {"Crime ID": "key", "Date": "occurred_at", "Crime type": "kind", "Longitude": "lon", "Latitude": "lat", "Outcome": "count"},
        {"Burglary": "burglary", "Vehicle theft": "vehicle_theft", "Shoplifting": "shoplifting", "Criminal damage": "damage"},
        (-1.55, 53.80),
        written="%d/%m/%Y %H:%M",
    ),
    Portal(
        "cl_denuncias.csv",
        "cp1252",
        "public_order",
        {
            "RUC": "key",
            "FECHA_DELITO": "occurred_at",
            "HORA_DELITO": "hour",
            "GLOSA_DELITO": "kind",
            "COMUNA": "zone",
            "FECHA_DENUNCIA": "reported_at",
        },
        {"ROBO CON INTIMIDACIÓN": "robbery", "HURTO SIMPLE": "theft", "ROBO EN LUGAR HABITADO": "burglary", "RIÑA PÚBLICA": "fight"},
        separator=";",
        written="%d-%m-%Y",
        quarters=("Ñuñoa", "Maipú", "Santiago"),
    ),
    Portal(
        "br_sp156.csv",
        "utf-8",
        "stability",
        {"Protocolo": "key", "Data de abertura": "occurred_at", "Serviço": "kind", "Distrito": "zone", "Status da solicitação": "status"},
        {
            "Tapa-buraco": "service_roads",
            "Remoção de entulho": "service_dumping",
            "Poda de árvore": "service_greening",
            "Troca de lâmpada": "service_lighting",
        },
        separator=";",
        written="%d/%m/%Y %H:%M:%S",
        states={"Finalizada": "closed", "Em andamento": "open"},
        quarters=("Pinheiros", "Lapa", "Penha"),
    ),
    Portal(
        "fr_dans_ma_rue.csv",
        "utf-8",
        "stability",
        {"ID_DECLARATION": "key", "TYPE": "kind", "DATEDECL": "occurred_at", "ARRONDISSEMENT": "zone"},
        {
            "Graffitis, tags, affiches": "service_graffiti",
            "Éclairage / électricité": "service_lighting",
            "Voirie et espace public": "service_roads",
            "Objets abandonnés encombrants": "service_dumping",
        },
        separator=";",
        written="%Y-%m-%d",
        quarters=("11", "18", "20"),
    ),
    Portal(
        "de_einsaetze.csv",
        "cp1252",
        "fire_hazard",
        {"Einsatznummer": "key", "Alarmzeit": "occurred_at", "Einsatzstichwort": "kind", "Ortsteil": "zone"},
        {
            "Brand Wohnung": "fire_residential",
            "PKW-Brand": "fire_vehicle",
            "Türöffnung": "rescue",
            "Gasgeruch": "gas_leak",
            "Brandmeldeanlage": "fire_alarm",
        },
        separator=";",
        written="%d.%m.%Y %H:%M:%S",
        quarters=("Süd", "Nord", "West"),
    ),
    Portal(
        "it_reati.csv",
        "cp1252",
        "public_order",
        {"Numero pratica": "key", "Data del fatto": "occurred_at", "Tipo di reato": "kind", "Municipio": "zone"},
        {"Furto in abitazione": "burglary", "Rapina": "robbery", "Furto di autovettura": "vehicle_theft", "Danneggiamento": "damage"},
        separator=";",
        written="%d/%m/%Y %H:%M",
        quarters=("Centro", "Località A", "Lambrate"),
    ),
    Portal(
        "nl_misdrijven.csv",
        "utf-8",
        "public_order",
        {"registratienummer": "key", "pleegdatum": "occurred_at", "soort misdrijf": "kind", "buurt": "zone"},
        {"Diefstal/inbraak woning": "burglary", "Mishandeling": "assault", "Zakkenrollerij": "pickpocketing", "Vernieling": "damage"},
        separator=";",
        written="%d-%m-%Y",
        quarters=("Jordaan", "De Pijp", "IJburg"),
    ),
    Portal(
        "pl_zdarzenia_psp.csv",
        "cp1250",
        "fire_hazard",
        {"Nr zdarzenia": "key", "Data zgłoszenia": "occurred_at", "Rodzaj zdarzenia": "kind", "Powiat": "zone"},
        {
            "Pożar budynku": "fire_structure",
            "Pożar samochodu": "fire_vehicle",
            "Pożar traw": "fire_outdoor",
            "Alarm fałszywy": "fire_alarm",
        },
        separator=";",
        written="%Y-%m-%d %H:%M",
        quarters=("Łódź", "Kraków", "Gdańsk"),
    ),
    Portal(
        "ru_prestupleniya.csv",
        "cp1251",
        "public_order",
        {"Номер": "key", "Дата совершения": "occurred_at", "Вид преступления": "kind", "Округ": "zone"},
        {"Кража из квартиры": "burglary", "Угон автомобиля": "vehicle_theft", "Грабёж": "robbery", "Мошенничество": "fraud"},
        separator=";",
        written="%d.%m.%Y",
        quarters=("ЦАО", "САО", "ЮВАО"),
    ),
    Portal(
        "tr_basvurular.csv",
        "cp1254",
        "stability",
        {"Başvuru No": "key", "Başvuru Tarihi": "occurred_at", "Konu": "kind", "Mahalle": "zone", "Durum": "status"},
        {
            "Kaldırım onarımı": "service_roads",
            "Çöp toplama": "service_waste",
            "Sokak aydınlatması": "service_lighting",
            "Sokak köpekleri": "service_animals",
        },
        separator=";",
        written="%d.%m.%Y %H:%M",
        states={"Tamamlandı": "closed", "Beklemede": "open"},
        quarters=("Çankaya", "Yenişehir", "Şişli"),
    ),
    Portal(
        "jp_kasai.csv",
        "cp932",
        "fire_hazard",
        {"火災番号": "key", "出火日時": "occurred_at", "火災種別": "kind", "出火場所区名": "zone"},
        {"建物火災": "fire_structure", "車両火災": "fire_vehicle", "林野火災": "fire_outdoor", "その他の火災": "fire_outdoor"},
        written="%Y/%m/%d %H:%M",
        quarters=("港区", "北区", "中央区"),
    ),
    Portal(
        "kr_beomjoe.csv",
        "cp949",
        "public_order",
        {"사건번호": "key", "발생일자": "occurred_at", "죄종": "kind", "관할구역": "zone"},
        {"절도": "theft", "폭행": "assault", "강도": "robbery", "사기": "fraud"},
        written="%Y-%m-%d",
        quarters=("강남구", "서초구", "송파구"),
    ),
    Portal(
        "id_kriminal.csv",
        "utf-8",
        "public_order",
        {"no_laporan": "key", "tanggal_kejadian": "occurred_at", "jenis_kejahatan": "kind", "kecamatan": "zone"},
        {"Pencurian sepeda motor": "vehicle_theft", "Penipuan": "fraud", "Penganiayaan": "assault", "Narkoba": "drugs"},
        written="%d-%m-%Y %H:%M",
        quarters=("Coblong", "Andir", "Cicendo"),
    ),
    Portal(
        "bg_signali.csv",
        "cp1251",
        "stability",
        {
            "Номер на сигнала": "key",
            "Дата на регистриране": "occurred_at",
            "Категория": "kind",
            "Статус": "status",
            "Дата на приключване": "closed_at",
            "Район": "zone",
            "Ширина": "lat",
            "Дължина": "lon",
        },
        {
            "Неправилно паркиране": "service_parking",
            "Улично осветление": "service_lighting",
            "Бездомни кучета": "service_animals",
            "Шум от заведение": "dispute_noise",
            "Други": "service_general",
        },
        (23.32, 42.70),
        separator=";",
        written="%d.%m.%Y г. %H:%M ч.",
        reads="%d.%m.%Y %H:%M",
        states={"Приключен": "closed", "В процес на обработка": "open"},
        quarters=("Средец", "Лозенец", "Люлин"),
    ),
    Portal(
        "hr_intervencije.csv",
        "cp1250",
        "fire_hazard",
        {
            "Šifra intervencije": "key",
            "Vrijeme dojave": "occurred_at",
            "Vrsta intervencije": "kind",
            "Općina": "zone",
            "Geografska širina": "lat",
            "Geografska dužina": "lon",
        },
        {
            "Požar otvorenog prostora": "fire_outdoor",
            "Požar stambenog objekta": "fire_residential",
            "Požar prometnog sredstva": "fire_vehicle",
            "Istjecanje plina": "gas_leak",
            "Lažna dojava": "fire_alarm",
        },
        (15.97, 45.80),
        separator=";",
        written="%-d.%-m.%Y. u %H:%M",
        reads="%d.%m.%Y %H:%M",
        quarters=("Črnomerec", "Trešnjevka", "Medveščak"),
    ),
    Portal(
        "il_moked.csv",
        "cp1255",
        "stability",
        {
            "מספר פנייה": "key",
            "תאריך פתיחה": "occurred_at",
            "נושא": "kind",
            "סטטוס": "status",
            "תאריך סגירה": "closed_at",
            "שכונה": "zone",
            "קו רוחב": "lat",
            "קו אורך": "lon",
        },
        {"רכב נטוש": "service_vehicle", "פינוי אשפה": "service_waste", "כלב משוטט": "service_animals", "מטרד רעש": "dispute_noise"},
        (34.78, 32.08),
        written="%d/%m/%Y %H:%M",
        states={"טופל": "closed", "בטיפול": "open"},
        quarters=("פלורנטין", "נווה צדק", "רמת אביב"),
    ),
    Portal(
        "ae_jaraim.csv",
        "cp1256",
        "public_order",
        {"رقم البلاغ": "key", "تاريخ الواقعة": "occurred_at", "نوع الجريمة": "kind", "المنطقة": "zone"},
        {"سرقة مركبات": "vehicle_theft", "سرقة منازل": "burglary", "احتيال": "fraud", "حادث مروري": "road_crash"},
        written="%d/%m/%Y %H:%M",
        quarters=("العليا", "الملز", "النسيم"),
    ),
    Portal(
        "us_as_sql_server_writes.csv",
        "utf-8",
        "public_order",
        {"IncidentNumber": "key", "OccurredOn": "occurred_at", "OffenseDescription": "kind", "Longitude": "lon", "Latitude": "lat"},
        {"BURGLARY": "burglary", "AUTO THEFT": "vehicle_theft", "ROBBERY": "robbery", "SIMPLE ASSAULT": "assault"},
        (-86.78, 36.16),
        written="%b %d %Y %I:%M%p",
        reads="%b %d %Y %I:%M %p",
    ),
)
