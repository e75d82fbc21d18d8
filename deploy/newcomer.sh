#!/bin/sh
# `make run`: from nothing to a served page, with the seconds of each step. A second run keeps the data.
set -eu
cd "$(dirname "$0")/.."
PORT="${PORT:-8000}"
BIN="$VENV/bin"
export PORT DJANGO_SETTINGS_MODULE="${DJANGO_SETTINGS_MODULE:-cms.settings.dev}" PYTHONWARNINGS=ignore LOG_LEVEL="${LOG_LEVEL:-WARNING}"
began=$(date +%s)

step() { # step LABEL COMMAND...
    label=$1
    shift
    start=$(date +%s.%N)
    "$@"
    printf '  %6.1f 秒  %s\n' "$(echo "$(date +%s.%N) $start" | awk '{ print $1 - $2 }')" "$label"
}

fresh_venv() { [ -x "$BIN/python" ] || sh deploy/make_venv.sh; }

dependencies() {
    [ "$VENV/.requirements" -nt requirements.txt ] || [ "$VENV/.tests" -nt requirements.txt ] || {
        "$BIN/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
        touch "$VENV/.requirements"
    }
}

database() {
    mkdir -p "${VAR_DIR:-var}"
    chmod 700 "${VAR_DIR:-var}"
    "$BIN/python" manage.py migrate --verbosity 0
}

if "$PYTHON" -c "import socket,sys; s=socket.socket(); s.settimeout(1); sys.exit(s.connect_ex(('127.0.0.1', $PORT)))" 2>/dev/null; then
    echo "端口 $PORT 已被占用。换一个: make run PORT=8010" >&2
    exit 1
fi

echo "准备示例网站……"
step "虚拟环境" fresh_venv
step "依赖（校验哈希）" dependencies
step "数据库" database
step "示例内容" "$BIN/python" manage.py load_sample_site --verbosity 0

"$BIN/gunicorn" cms.wsgi --bind "127.0.0.1:$PORT" --worker-class gthread --threads 8 --log-level warning &
server=$!
"$BIN/python" manage.py run_due --loop &
jobs_runner=$!
trap 'kill $server $jobs_runner 2>/dev/null; wait $server $jobs_runner 2>/dev/null || true' EXIT
trap 'exit 0' INT TERM

first_page() {
    "$BIN/python" - "$PORT" <<'PYTHON'
import sys, time, urllib.request

for attempt in range(120):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/", timeout=10).read()
        break
    except OSError:
        time.sleep(0.25)
else:
    sys.exit("网站没有在 30 秒内启动，请看上面的错误。")
PYTHON
}
step "第一个页面" first_page
echo "  共 $(($(date +%s) - began)) 秒"
"$BIN/python" manage.py load_sample_site --show
echo "按 Ctrl+C 停止。"
wait $server
