# Real documents of one page, for the stories (documents.sh makes many of all kinds). Needs ghostscript.
#
#     pdf in/letter.pdf "what is on it"

pdf() { # NAME TEXT: a real PDF of one page
    printf '/Helvetica findfont 12 scalefont setfont 72 700 moveto (%s) show showpage\n' "$2" |
        gs -q -dNOPAUSE -dBATCH -sDEVICE=pdfwrite -sOutputFile="$1" - >/dev/null
}

tiff() { # NAME TEXT: a fax, as a fax server writes it
    printf '/Helvetica findfont 24 scalefont setfont 72 700 moveto (%s) show showpage\n' "$2" |
        gs -q -dNOPAUSE -dBATCH -sDEVICE=tiffg4 -r204x196 -sOutputFile="$1" - >/dev/null
}
