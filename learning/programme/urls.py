"""The programme's front end: what staff, secretaries, heads and clerks do without ever entering the admin."""

from django.urls import path

from .views import attendance, calendar, gaps, leave, make_ups, records, roll, sessions

urlpatterns = [
    path("sessions/", calendar.session_calendar, name="sessions"),
    path("sessions/new/", sessions.new_session, name="new_session"),
    path("sessions/<int:pk>/", sessions.session_detail, name="session"),
    path("sessions/<int:pk>/edit/", sessions.edit_session, name="edit_session"),
    path("sessions/<int:pk>/move/", sessions.move, name="move_session"),
    path("sessions/<int:pk>/cancel/", sessions.cancel, name="cancel_session"),
    path("sessions/<int:pk>/notify/", sessions.notify, name="notify_session"),
    path("sessions/<int:pk>/materials/", sessions.materials, name="session_materials"),
    path("sessions/<int:pk>/points/", sessions.points, name="session_points"),
    path("sessions/<int:pk>/files/", sessions.files, name="session_files"),
    path("sessions/<int:pk>/files/<int:file_pk>/", sessions.serve_file, name="session_file"),
    path("sessions/<int:pk>/files/<int:file_pk>/remove/", sessions.remove, name="remove_session_file"),
    path("sessions/<int:pk>/roll/", roll.roll, name="roll"),
    path("sessions/<int:pk>/roll/<int:attendance_pk>/", roll.correct, name="correct_attendance"),
    path("sessions/<int:pk>/sheet/", roll.sheet, name="sign_in_sheet"),
    path("sessions/<int:pk>/code/", roll.code, name="sign_in_code"),
    path("sessions/<int:pk>/code/picture/", roll.code_picture, name="sign_in_code_picture"),
    path("sessions/<int:pk>/sign-in/", roll.sign_in, name="session_sign_in"),
    path("sessions/<int:pk>/record/", records.record, name="session_record"),
    path("sessions/<int:pk>/record.docx", records.record_docx, name="session_record_docx"),
    path("sessions/<int:pk>/leave/", leave.ask, name="ask_leave"),
    path("sessions/<int:pk>/make-up/", make_ups.make_up, name="make_up"),
    path("leave/<int:pk>/", leave.leave_request, name="leave_request"),
    path("leave/<int:pk>/withdraw/", leave.withdraw, name="withdraw_leave"),
    path("make-ups/<int:pk>/", make_ups.check, name="check_make_up"),
    path("gaps/", gaps.gaps, name="gaps"),
    path("gaps/<int:item_pk>/", gaps.cell, name="gap_cell"),
    path("gaps/<int:item_pk>/remind/", gaps.remind_behind, name="remind_gap"),
    path("gaps/<int:item_pk>/done/", gaps.done, name="item_done"),
    path("gaps/<int:item_pk>/session/", gaps.open_item_session, name="open_item_session"),
    path("attendance/", attendance.summary, name="attendance_summary"),
    path("calendar/", calendar.subscriptions, name="calendar_subscriptions"),
    path("calendar/<int:pk>/revoke/", calendar.revoke, name="revoke_calendar"),
    path("calendar/<str:token>.ics", calendar.feed, name="calendar_feed"),
]
