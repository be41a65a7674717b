CREATE VIEW dash_alerts_v1 AS
SELECT a.district, l.night, a.alert_id, a.type, a.category, a.subject_kind, a.subject, c.name AS cell_name, a.subdistrict, a.level, a.state,
  a.in_charge, a.lead_department, a.opened_night, a.opened_at, a.last_night, a.ended_night,
  CASE WHEN a.quiet THEN 1 ELSE 0 END AS is_quiet,
  CASE WHEN a.state IN ('closed', 'expired', 'retracted') THEN 0 ELSE 1 END AS is_going_on,
  CASE WHEN r.night = l.night THEN 1 ELSE 0 END AS is_new,
  CASE WHEN a.ended_night = l.night THEN 1 ELSE 0 END AS is_just_ended,
  r.round, r.acknowledged_at, r.acted_at, r.hours_to_acknowledge, r.hours_to_act, r.is_escalated,
  a.waiting_until, a.next_due_at, a.no_due,
  (SELECT count(*) FROM nights x WHERE x.district = a.district AND x.is_latest AND x.night >= r.night
    AND (a.ended_night IS NULL OR x.night < a.ended_night)) AS nights
FROM alerts a
JOIN dash_nights_v1 l ON l.district = a.district AND l.is_last_night = 1
LEFT JOIN dash_alert_rounds_v1 r ON r.district = a.district AND r.alert_id = a.alert_id AND r.is_newest = 1
LEFT JOIN cells c ON c.district = a.district AND c.generation = l.grid AND a.subject_kind = 'cell' AND c.cell_id = a.subject
