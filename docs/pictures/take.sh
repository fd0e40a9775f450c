#!/bin/sh
# Makes the pictures of this folder anew: the real program, on its simulator, in a real xterm with sixel graphics.
#
#     docs/pictures/take.sh [COMMAND TO START THE DEMO]        (default: fluxtui demo)
#
# Needs xterm, Xvfb, xdotool and ImageMagick. On a slow machine SLOWER=2 doubles all waiting.
# The simulator paints by chance, so that pictures and seeds are others each time.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
demo=${*:-fluxtui demo}
home=$(mktemp -d)
export DISPLAY=":${DISPLAY_NUMBER:-87}"

Xvfb "$DISPLAY" -screen 0 1280x800x24 >/dev/null 2>&1 &
server=$!
trap 'kill "${terminal:-$server}" "$server" 2>/dev/null; rm -rf "$home"' EXIT
sleep 2
# xterm takes COLORTERM away, so the command sets it.
xterm -ti vt340 -tn xterm-256color -geometry 120x40+0+0 -fa 'DejaVu Sans Mono' -fs 10 -b 0 \
    -xrm 'XTerm*decGraphicsID: vt340' -xrm 'XTerm*numColorRegisters: 256' \
    -e env HOME="$home" COLORTERM=truecolor SHELL=/bin/sh $demo &
terminal=$!

rest() { sleep "$(echo "$1 * ${SLOWER:-1}" | bc)"; }
key() { for name in "$@"; do xdotool key "$name"; rest 0.4; done; }
type() { xdotool type --delay 30 "$1"; rest 0.4; }
take() {
    rest 5
    import -window root -trim +repage +dither -colors 256 -define png:compression-level=9 "PNG8:$here/$1.png"
}
generate() { key ctrl+u; type "$1"; key ctrl+s; }

rest 8
key F4
rest 3
for prompt in \
    'a fox in fresh snow, first light' 'paper lanterns over a quiet harbour' 'a lighthouse, fog rolling in' \
    'northern lights above a frozen lake' 'terraced hills in the rain' 'a heron among the reeds' \
    'an old observatory at dusk' 'a night train through the mountains' 'a glass house full of ferns' \
    'the desert after a storm' 'a ferry between the islands' 'a fox in fresh snow, last light'
do
    generate "$prompt"
    rest 1
done
rest 20
take generate-120x40
key F5
rest 3
key Home
take gallery-120x40
key Return
take view-120x40
key Escape
rest 1
key space Right space c
take compare-120x40
key Escape
rest 1
key F2
take finetune-120x40
key F8
rest 2
take workbench-120x40
key Escape F6
take jobs-120x40
