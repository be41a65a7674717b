"""Words of Thai: what its files call columns, states and kinds.

Belongs here: this language as a record. Does not: finding its words in a text (``language``).
"""

from __future__ import annotations

from typing import Final

from transforms.words.languages.language import Language

TH: Final = Language(
    code="th",
    encodings="cp874",
    columns={
        "occurred": "เกิดเหตุ",
        "reported": "รับแจ้ง, แจ้ง, รับเรื่อง, สร้าง",
        "closed": "เสร็จ, ปิดเรื่อง, สิ้นสุด",
        "due": "กำหนด",
        "released": "ปรับปรุง, อัปเดต",
        "moment": "วันที่, วันเวลา",
        "hour": "เวลา",
        "year": "ปี",
        "month": "เดือน",
        "day": "วัน",
        "lon": "ลองจิจูด, ลองติจูด, lon",
        "lat": "ละติจูด, lat",
        "point": "พิกัด",
        "zone": "เขต, แขวง, ตำบล, อำเภอ",
        "kind": "ประเภท, ชนิด, หมวด, ฐานความผิด, เรื่อง, สาเหตุ",
        "status": "สถานะ",
        "department": "หน่วยงาน",
        "discovery": "ช่องทาง",
        "severity": "ความรุนแรง, ความสำคัญ",
        "key": "เลขที่, รหัส, ลำดับ, หมายเลข, id",
        "premises": "สถานที่, ที่อยู่, ถนน",
        "personal": "ชื่อ, นามสกุล, โทรศัพท์, ผู้เสียหาย, อายุ, เพศ",
    },
    states={
        "open": "รอรับเรื่อง, กำลังดำเนินการ, รอ, ดำเนินการ",
        "closed": "เสร็จสิ้น, เสร็จ, ปิด, แก้ไขแล้ว",
        "withdrawn": "ยกเลิก, ไม่เกี่ยวข้อง, ซ้ำ",
        "not": "ยังไม่, ไม่",
    },
    kinds={
        "vehicle_theft": "โจรกรรมรถ, ลักรถ",
        "burglary": "งัดแงะ, บุกรุก",
        "sexual": "ข่มขืน, อนาจาร",
        "homicide": "ฆ่า",
        "road_crash crash_response": "อุบัติเหตุ, จราจร ชน",
        "snatching": "วิ่งราว",
        "robbery": "ปล้น, ชิงทรัพย์",
        "arson": "วางเพลิง",
        "theft": "ลักทรัพย์, ขโมย",
        "fraud": "ฉ้อโกง",
        "drugs": "ยาเสพติด",
        "threats": "ข่มขู่, กรรโชก",
        "assault": "ทำร้าย",
        "damage": "ทำให้เสียทรัพย์",
        "noise_disorder dispute_noise": "เสียง",
        "fight": "ทะเลาะ",
        "fire_vehicle": "ไฟไหม้รถ, เพลิงไหม้รถ",
        "fire_outdoor": "ไฟไหม้หญ้า, ไฟไหม้ขยะ, ไฟป่า",
        "fire_residential": "ไฟไหม้บ้าน, เพลิงไหม้บ้าน",
        "fire_structure": "เพลิงไหม้อาคาร, ไฟไหม้อาคาร",
        "gas_leak": "แก๊สรั่ว",
        "rescue": "กู้ภัย, ช่วยเหลือ",
        "fire_unknown": "เพลิงไหม้, ไฟไหม้",
        "service_parking illegal_parking": "จอดรถ",
        "service_lighting": "ไฟฟ้าส่องสว่าง, แสงสว่าง, ไฟถนน",
        "service_signals": "สัญญาณไฟ, ป้ายจราจร, ป้าย",
        "service_roads": "ถนน, ทางเท้า, ผิวจราจร",
        "service_waste": "ขยะ",
        "service_sanitation": "ความสะอาด",
        "service_greening": "ต้นไม้, สวนสาธารณะ",
        "service_water": "น้ำท่วม, ท่อระบายน้ำ, ประปา, คลอง",
        "service_animals animal_incident": "สัตว์, สุนัข",
        "service_vending": "หาบเร่, แผงลอย, กีดขวาง",
        "service_air": "กลิ่น, ควัน, ฝุ่น",
        "service_general order_other fire_service_other": "อื่น",
    },
    feeds={
        "public_order": "อาชญากรรม, ตำรวจ, คดี",
        "fire_hazard": "เพลิงไหม้, ดับเพลิง",
        "stability": "ร้องเรียน, ร้องทุกข์",
    },
)
