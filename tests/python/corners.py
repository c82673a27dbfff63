"""Pickles that stand at the edge of a rule of ACCEPTANCE.md, each as (flags of accept.py, pickle)."""


def _with(flags, pickles):
    return [(flags, pickle) for pickle in pickles]


CORNERS = (
    []
    # Stack, marks, containers
    + _with(0x00, [
        b'', b'N.', b'.', b'(.', b'N(.', b'(N.', b'N', b'\xff.', b"'.", b'\\.', b'\x00', b'\x7f', b'N.garbage', b'0.',
        b'(0N.', b'N(00N.', b'(N00N.', b'1.', b'(1.', b'(N1N.', b'N(1.', b'2.', b'(2.', b'N(2.', b'N2.', b'N(a.',
        b'N(e.', b'(e.', b'(N(e.', b'(N(e', b'NNa.', b'NN0NNa.', b'a.', b'Na.', b'(NNa.', b'N(Na.', b']Na.', b'](Ne.',
        b'N(Ne.', b')(Ne.', b'}(Ne.', b'\x8f(Ne.', b'(\x91(Ne.', b'e.', b'u.', b'}(u.', b'N(u.', b'(u.', b'N(NNu.',
        b'}(Nu.', b'N(Nu.', b'}NNs.', b'}Ns.', b's.', b'Ns.', b'(NNNs.', b'N(NNs.', b'(NNs.', b'NNNs.', b']K\x00Ns.',
        b']NK\x01as.', b']Na0]K\x00K\x00s.', b']NaK\x00Ns.', b']NaJ\xff\xff\xff\xffNs.', b']NaK\x01Ns.',
        b']NaJ\xfe\xff\xff\xffNs.', b']Na\x88Ns.', b']Na\x89Ns.', b']NaG\x00\x00\x00\x00\x00\x00\x00\x00Ns.',
        b']NaL99999999999999999999L\nNs.', b']NaVa\nNs.', b']Nacm\nn\nNs.', b'(lNs.', b')NNs.', b'K\x01NNs.',
        b'VA\nK\x00Ns.', b'C\x01AK\x00Ns.', b'\x8fNNs.', b'}]Ns.', b'}}Ns.', b'}\x8fNs.', b'}(\x91Ns.', b'}]\x85Ns.',
        b'}(]\x91Ns.', b'(]\x91.', b'(]Nd.', b'(Nd.', b'(d.', b'd.', b'l.', b't.', b'(t.', b'(l.', b'\x8f(]\x90.',
        b'\x8f(\x90.', b'N(\x90.', b'(\x90.', b'\x90.', b'(\x91(N\x90.', b'](N\x90.', b'}(N\x90.', b'cm\nn\n(N\x90.',
        b'cm\nn\n(Ne.', b'cm\nn\nNa.', b'cm\nn\nNNs.', b'cm\nn\n(NNu.', b'cm\nn\nNb.',
        b'}\x96\x00\x00\x00\x00\x00\x00\x00\x00Ns.',
    ])
    # Build, calls, globals, PROTO and FRAME
    + _with(0x00, [
        b'b.', b'Nb.', b'(NNb.', b'N(Nb.', b'NNb.', b']Nb.', b']}b.', b'N}b.', b']K\x01b.', b']NN\x86b.',
        b']N}\x86b.', b']}}\x86b.', b']NK\x01\x86b.', b']K\x01K\x01\x86b.', b']N}Vx\nNs\x86b.', b']N}K\x01Ns\x86b.',
        b']N}V__class__\nNs\x86b.', b']N}V__class__\ncm\nn\ns\x86b.', b']N}Vappend\nNs\x86b.',
        b']N}V__doc__\nNs\x86b.', b']N\x85b.', b']NNN\x87b.', b'])b.', b']cm\nn\nb.', b']Ncm\nn\n\x86b.', b'K\x01Nb.',
        b'}N}\x86b.', b'G\x00\x00\x00\x00\x00\x00\x00\x00Nb.', b']cm\nn\ncm\nn\n\x86b.', b'cm\nn\nK\x01b.', b'R.',
        b'NR.', b'(N)R.', b'N()R.', b'N)R.', b'NNR.', b'cm\nn\nNR.', b'cm\nn\n)R.', b'cm\nn\nN\x85R.', b'cm\nn\n]R.',
        b'cm\nn\ncm\nn\nR.', b'])R.', b'X\x01\x00\x00\x00a)R.', b'cm\nn\n)R)R)R.', b'cm\nn\n()R.', b'Pa\n)R.',
        b'\x81.', b'N\x81.', b'(NN\x81.', b'N)\x81.', b'cm\nn\nN\x81.', b'cm\nn\n)\x81.', b'cm\nn\ncm\nn\n\x81.',
        b'cm\nn\n)\x81)\x81.', b'K\x01)\x81.', b'\x92.', b'N\x92.', b'NN\x92.', b'cm\nn\n)}\x92.', b'cm\nn\n)N\x92.',
        b'cm\nn\nN}\x92.', b'N)}\x92.', b'cm\nn\n)}K\x01Ns\x92.', b'cm\nn\n)}VaB\nNs\x92.', b'cm\nn\n)}V\nNs\x92.',
        b'cm\nn\n)}V\\ud800\nNs\x92.', b'cm\nn\n)}V1 -\nNs\x92.', b'cm\nn\n)cm\nn\n\x92.', b'NNN\x92.',
        b'cm\nn\nNN\x92.', b'cm\nn\n)}Vcls\nNs\x92.', b'o.', b'(o.', b'N(o.', b'(No.', b'(cm\nn\no.', b'(cm\nn\nNo.',
        b'(K\x01o.', b'(K\x01No.', b'(]o.', b'i', b'im\nn\n.', b'(im\nn\n.', b'(Nim\nn\n.', b'(i\nn\n.', b'(im\n\n.',
        b'(im\nn', b'(im', b'(i\xc3\xa9\nn\n.', b'(im\n\xc3\xa9\n.', b'(im\n\xff', b'(i\x00\n\x00\n.', b'im', b'c',
        b'c\n', b'cm\n', b'cm\nn', b'c\nn\n.', b'cm\n\n.', b'cm\r\nn\r\n.', b'c\x00\n\x00\n.',
        b'c\xc3\xa9\n\xc3\xa9\n.', b'c\xff\nn\n.', b'cm\n\xff\n.', b'c\xff\n', b'c\xed\xa0\x80\nn\n.', b'c \n \n.',
        b'\x93.', b'N\x93.', b'NN\x93.', b'(NN\x93.', b'N(N\x93.', b'Va\nVb\n\x93.', b'V\nV\n\x93.', b'NVb\n\x93.',
        b'Va\nN\x93.', b'\x8c\x03\xed\xa0\x80Vb\n\x93.', b"S'a'\nS'b'\n\x93.",
    ])
    + _with(0x02, [
        b"S'a'\nS'b'\n\x93.",
    ])
    + _with(0x00, [
        b'C\x01aC\x01b\x93.', b'cm\nn\nVa\n\x93.', b'cm\nn\ncm\nn\n\x93.', b'Va\nVb..c\n\x93.', b'\x80',
        b'\x80\x00N.', b'\x80\x05N.', b'\x80\x04N.', b'\x80\x06N.', b'\x80\xff', b'N\x80\x02.', b'\x80\x02\x80\x03N.',
        b'(N\x80\x02.', b'\x95', b'\x95\x02\x00\x00\x00\x00\x00\x00', b'\x95\x02\x00\x00\x00\x00\x00\x00\x00N.',
        b'\x95\x03\x00\x00\x00\x00\x00\x00\x00N.', b'\x95\x00\x00\x00\x00\x00\x00\x00\x00N.',
        b'\x95\x01\x00\x00\x00\x00\x00\x00\x00N.',
        b'\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x95\x02\x00\x00\x00\x00\x00\x00\x00N.',
        b'\x95\t\x00\x00\x00\x00\x00\x00\x00\x95\x02\x00\x00\x00\x00\x00\x00\x00N.',
        b'\x95\x05\x00\x00\x00\x00\x00\x00\x00\x8c\x05abcde.', b'\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.',
        b'\x95\x00\x00\x00\x00\x00\x00\x00\x80N.', b'\x95\xff\xff\xff\xff\xff\xff\xff\xffN.',
        b'\x95\xf0\xff\xff\xff\xff\xff\xff\x7fN.', b'\x95\x00\x00\x00\x00\x00\x01\x00\x00N.',
    ])
    # Memo, numbers in text and in bytes
    + _with(0x00, [
        b'g\n.', b'g0\n.', b'Ng0\n.', b'g-1\n.', b'g-33\n.', b'g99999999999999999999\n.', b'gx\n.', b'g', b'g0', b'h',
        b'h\x00.', b'j\x00\x00\x00', b'j\x00\x00\x00\x00.', b'j\xff\xff\xff\xff.', b'p0\n.', b'p\n.', b'Np\n.',
        b'Np0', b'Np0\ng0\n.', b'(p0\n.', b'N(p0\n.', b'N(px\n.', b'Np-1\n.', b'Np-0\n.', b'Npx\n.',
        b'Np99999999999999999999\n.', b'Np9223372036854775807\n.', b'Np4611686018427387904\n.', b'Np4294967296\n.',
        b'Np300000000\n.', b'Np1000000\n.', b'Np 7 \ng7\n.', b'Np\t7\x0b\x0c\r\ng7\n.', b'Np+7\ng7\n.',
        b'Np1_0\ng10\n.', b'Np1__0\n.', b'Np_1\n.', b'Np1_\n.', b'Np007\ng7\n.', b'Np0x1\n.', b'Np7\x00junk\ng7\n.',
        b'Np\x00\n.', b'Np7L\n.', b'Np7.\n.', b'Np\xd9\xa3\n.', b'Np--1\n.', b'Np- 1\n.', b'Np \n.', b'q', b'q\x00.',
        b'(q\x00.', b'N(q\x00.', b'Nq\x00h\x00.', b'Nq', b'r\x00\x00\x00', b'r\x00\x00\x00\x00.',
        b'Nr\x00\x00\x00\x00j\x00\x00\x00\x00.', b'Nr\xff\xff\xff\xff.', b'Nr\xff\xff\xff\x7f.',
        b'Nr\x00\x00\x00\x01.', b'\x94.', b'(\x94.', b'N(\x94.', b'N\x94h\x00.', b'Nq\x05K\x01\x94h\x01.',
        b'Nq\x05K\x01\x94h\x00.', b'Nq\x01K\x01\x94h\x00.', b'Nq\x01\x94\x94h\x02.', b'Nq\x01\x94\x94\x94h\x02.',
        b'Nq\x00q\x00\x94h\x01.', b'Nh\x00.', b'N\x94h\x1f.', b'N\x94h .', b'I\n.', b'I1\n.', b'I0\n.', b'I01\n.',
        b'I00\n.', b'I02\n.', b'I10\n.', b'I007\n.', b'I08\n.', b'I-0\n.', b'I+1\n.', b'I-5\n.', b'I 5\n.', b'I5 \n.',
        b'I 5 \n.', b'I5\r\n.', b'I01\r\n.', b'I\t5\n.', b'I\x0b5\x0c\n.', b'I \n.', b'I\t\n.', b'I5L\n.', b'I5LL\n.',
        b'IL\n.', b'I5 L\n.', b'I5L \n.', b'I0x1F\n.', b'I0X1f\n.', b'I0x\n.', b'I0o17\n.', b'I0b11\n.', b'I0b2\n.',
        b'I1_000\n.', b'I_1\n.', b'I1_\n.', b'I1__0\n.', b'I0x_f\n.', b'I0_0\n.', b'I0_1\n.', b'I000\n.', b'I000L\n.',
        b'I007L\n.', b'I-\n.', b'I--5\n.', b'I- 5\n.', b'I1.0\n.', b'I1e5\n.', b'Ix\n.', b'I\x00\n.', b'I\x00x\n.',
        b'I5\x00x\n.', b'I1\x00\n.', b'I 1\n.', b'I+0\n.', b'I9223372036854775807\n.', b'I9223372036854775808\n.',
        b'I-9223372036854775809\n.', b'I0xffffffffffffffffff\n.', b'I077777777777777777777777\n.', b'I\xd9\xa3\n.',
        b'I\xa05\n.', b'I5\x85\n.', b'I5\x1c\n.', b'I' + b'9' * 4300 + b'\n.', b'I' + b'9' * 4300 + b'9\n.',
        b'I' + b'9' * 4300 + b'9L\n.', b'I0x' + b'f' * 5000 + b'\n.', b'I' + b'0' * 5000 + b'\n.', b'I', b'I5',
        b'I5.', b'L\n.', b'L1\n.', b'L0\n.', b'L01\n.', b'L00\n.', b'L02\n.', b'L10\n.', b'L007\n.', b'L08\n.',
        b'L-0\n.', b'L+1\n.', b'L-5\n.', b'L 5\n.', b'L5 \n.', b'L 5 \n.', b'L5\r\n.', b'L01\r\n.', b'L\t5\n.',
        b'L\x0b5\x0c\n.', b'L \n.', b'L\t\n.', b'L5L\n.', b'L5LL\n.', b'LL\n.', b'L5 L\n.', b'L5L \n.', b'L0x1F\n.',
        b'L0X1f\n.', b'L0x\n.', b'L0o17\n.', b'L0b11\n.', b'L0b2\n.', b'L1_000\n.', b'L_1\n.', b'L1_\n.', b'L1__0\n.',
        b'L0x_f\n.', b'L0_0\n.', b'L0_1\n.', b'L000\n.', b'L000L\n.', b'L007L\n.', b'L-\n.', b'L--5\n.', b'L- 5\n.',
        b'L1.0\n.', b'L1e5\n.', b'Lx\n.', b'L\x00\n.', b'L\x00x\n.', b'L5\x00x\n.', b'L1\x00\n.', b'L 1\n.',
        b'L+0\n.', b'L9223372036854775807\n.', b'L9223372036854775808\n.', b'L-9223372036854775809\n.',
        b'L0xffffffffffffffffff\n.', b'L077777777777777777777777\n.', b'L\xd9\xa3\n.', b'L\xa05\n.', b'L5\x85\n.',
        b'L5\x1c\n.', b'L' + b'9' * 4300 + b'\n.', b'L' + b'9' * 4300 + b'9\n.', b'L' + b'9' * 4300 + b'9L\n.',
        b'L0x' + b'f' * 5000 + b'\n.', b'L' + b'0' * 5000 + b'\n.', b'L', b'L5', b'L5.', b'F\n.', b'F1.5\n.',
        b'F1\n.', b'F 1.5\n.', b'F1.5 \n.', b'F1.5\r\n.', b'F1.5\x00x\n.', b'F\x00\n.', b'Finf\n.', b'F-inf\n.',
        b'F+inf\n.', b'FINF\n.', b'Finfinity\n.', b'FInfinity\n.', b'Finfinit\n.', b'Fnan\n.', b'F-nan\n.',
        b'FNaN\n.', b'Fnan(1)\n.', b'F1e999\n.', b'F-1e999\n.', b'F1e-999\n.', b'F1e\n.', b'F1e5\n.', b'F1E+5\n.',
        b'F.5\n.', b'F5.\n.', b'F.\n.', b'F-\n.', b'F+-1\n.', b'F1_0\n.', b'F0x1p3\n.', b'F0x10\n.', b'F1,5\n.',
        b'Fx\n.', b'F1.5L\n.', b'F--1\n.', b'F+.5e-3\n.', b'F' + b'1' * 400 + b'\n.', b'F0.' + b'0' * 400 + b'1\n.',
        b'F1.5d\n.', b'Finfx\n.', b'Fnanx\n.', b'F1e+\n.', b'F007.5\n.', b'F', b'F1.5', b'G',
        b'G\x00\x00\x00\x00\x00\x00\x00', b'G\x7f\xf8\x00\x00\x00\x00\x00\x00.', b'J\x00\x00\x00',
        b'J\x00\x00\x00\x00.', b'K', b'M\x00', b'M\x00\x00.', b'\x8a', b'\x8a\x00.', b'\x8a\x01', b'\x8a\x01\xff.',
        b'\x8b\x00\x00\x00', b'\x8b\x00\x00\x00\x00.', b'\x8b\xff\xff\xff\xff.', b'\x8b\xff\xff\xff\x7f.',
        b'\x8b\x00\x00\x00\x80', b'\x8a\xff' + b'\x01' * 254 + b'\x01.',
    ])
    # Strings, bytes, persistent ids, extensions, buffers, depth
    + _with(0x00, [
        b'S\n.', b"S''\n.", b'S""\n.', b"S'\n.", b"S'a'\n.", b"S'a' \n.", b"S 'a'\n.", b'S\'a"\n.', b"S'a'b'\n.",
        b"S'a'\r\n.", b'Sa\n.', b"S'\\x41'\n.", b"S'\\x4'\n.", b"S'\\x4g'\n.", b"S'\\x'\n.", b"S'\\'\n.",
        b"S'\\\\'\n.", b"S'\\n'\n.", b"S'\\q'\n.", b"S'\\777'\n.", b"S'\\8'\n.", b"S'\\u0041'\n.", b"S'\\N{x}'\n.",
        b"S'\x00'\n.", b"S'\xe9'\n.", b"S'\\xe9'\n.", b"S'\\''\n.", b'S\'"\'\n.', b"S'a\\\n.", b"S'''\n.",
    ])
    + _with(0x01, [
        b"S'\\xe9'\n.", b'U\x01\xe9.', b'T\x02\x00\x00\x00\xc3\xa9.', b"S'\xe9'\n}I1\nI2\ns.", b"S''\n.",
    ])
    + _with(0x02, [
        b"S'\\xe9'\n.", b'U\x01\xe9.', b'T\x02\x00\x00\x00\xc3\xa9.', b"S'\xe9'\n}I1\nI2\ns.", b"S''\n.",
    ])
    + _with(0x03, [
        b"S'\\xe9'\n.", b'U\x01\xe9.', b'T\x02\x00\x00\x00\xc3\xa9.', b"S'\xe9'\n}I1\nI2\ns.", b"S''\n.",
        b'U\x03\xed\xa0\x80.',
    ])
    + _with(0x00, [
        b'U', b'U\x00.', b'U\x01', b'U\x01a.', b'U\x01\xe9.', b'T\x00\x00\x00', b'T\x00\x00\x00\x00.',
        b'T\x01\x00\x00\x00a.', b'T\xff\xff\xff\xff.', b'T\xff\xff\xff\x7f.', b'S', b"S'a'", b'V\n.', b'Va\n.',
        b'V\\u0041\n.', b'V\\u004\n.', b'V\\u\n.', b'V\\u00g1\n.', b'V\\U00000041\n.', b'V\\U0000004\n.',
        b'V\\U00110000\n.', b'V\\U0010ffff\n.', b'V\\Uffffffff\n.', b'V\\ud800\n.', b'V\\ud800\\udc00\n.',
        b'V\\\\u004\n.', b'V\\\\\\u004\n.', b'V\\\n.', b'Va\\\n.', b'V\\x41\n.', b'V\\n\n.', b'V\xe9\n.', b'V\x00\n.',
        b'Va\r\n.', b'V\\u004\r\n.', b'V\\u00 41\n.', b'V\\u+041\n.', b'V\\u0x41\n.', b'V\\u00_1\n.', b'V', b'Va',
        b'\x8c\x00.', b'\x8c\x01a.', b'\x8c\x02\xc3\xa9.', b'\x8c\x01\xe9.', b'\x8c\x03\xed\xa0\x80.',
        b'\x8c\x03\xed\xb0\x80.', b'\x8c\x06\xed\xa0\x80\xed\xb0\x80.', b'\x8c\x04\xf0\x90\x80\x80.',
        b'\x8c\x04\xf4\x90\x80\x80.', b'\x8c\x02\xc0\x80.', b'\x8c\x02\xed\xa0.', b'\x8c\x03\xe0\x80\x80.',
        b'\x8c\x03\xed\xa0A.', b'\x8c\x01\x00.', b'\x8c', b'\x8c\x05abcd', b'X\x03\x00\x00\x00\xed\xa0\x80.',
        b'X\x00\x00\x00', b'X\x05\x00\x00\x00abcd', b'X\x00\x00\x00\x80abc', b'X\xff\xff\xff\xffabc',
        b'\x8d\x03\x00\x00\x00\x00\x00\x00\x00\xed\xa0\x80.', b'\x8d\x00\x00\x00\x00\x00\x00\x00',
        b'\x8d\x05\x00\x00\x00\x00\x00\x00\x00abcd', b'\x8d\x00\x00\x00\x80\x00\x00\x00\x00abc',
        b'\x8d\xff\xff\xff\xff\x00\x00\x00\x00abc', b'\x8d\x00\x00\x00\x00\x00\x01\x00\x00abc',
        b'\x8d\x9c\xff\xff\xff\xff\xff\xff\x7fabc', b'\x8d\xd8\xff\xff\xff\xff\xff\xff\x7fabc',
        b'\x8d\xde\xff\xff\xff\xff\xff\xff\x7fabc', b'\x8d\xdf\xff\xff\xff\xff\xff\xff\x7fabc',
        b'\x8d\xe0\xff\xff\xff\xff\xff\xff\x7fabc', b'\x8d\xf7\xff\xff\xff\xff\xff\xff\x7fabc',
        b'\x8d\xf8\xff\xff\xff\xff\xff\xff\x7fabc', b'\x8d\xff\xff\xff\xff\xff\xff\xff\x7fabc',
        b'\x8d\x00\x00\x00\x00\x00\x00\x00\x80abc', b'\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc', b'C\x00.', b'C\x01a.',
        b'C\x02\xc3\xa9.', b'C\x01\xe9.', b'C\x03\xed\xa0\x80.', b'C\x03\xed\xb0\x80.',
        b'C\x06\xed\xa0\x80\xed\xb0\x80.', b'C\x04\xf0\x90\x80\x80.', b'C\x04\xf4\x90\x80\x80.', b'C\x02\xc0\x80.',
        b'C\x02\xed\xa0.', b'C\x03\xe0\x80\x80.', b'C\x03\xed\xa0A.', b'C\x01\x00.', b'C', b'C\x05abcd',
        b'B\x03\x00\x00\x00\xed\xa0\x80.', b'B\x00\x00\x00', b'B\x05\x00\x00\x00abcd', b'B\x00\x00\x00\x80abc',
        b'B\xff\xff\xff\xffabc', b'\x8e\x03\x00\x00\x00\x00\x00\x00\x00\xed\xa0\x80.',
        b'\x8e\x00\x00\x00\x00\x00\x00\x00', b'\x8e\x05\x00\x00\x00\x00\x00\x00\x00abcd',
        b'\x8e\x00\x00\x00\x80\x00\x00\x00\x00abc', b'\x8e\xff\xff\xff\xff\x00\x00\x00\x00abc',
        b'\x8e\x00\x00\x00\x00\x00\x01\x00\x00abc', b'\x8e\x9c\xff\xff\xff\xff\xff\xff\x7fabc',
        b'\x8e\xd8\xff\xff\xff\xff\xff\xff\x7fabc', b'\x8e\xde\xff\xff\xff\xff\xff\xff\x7fabc',
        b'\x8e\xdf\xff\xff\xff\xff\xff\xff\x7fabc', b'\x8e\xe0\xff\xff\xff\xff\xff\xff\x7fabc',
        b'\x8e\xf7\xff\xff\xff\xff\xff\xff\x7fabc', b'\x8e\xf8\xff\xff\xff\xff\xff\xff\x7fabc',
        b'\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc', b'\x8e\x00\x00\x00\x00\x00\x00\x00\x80abc',
        b'\x8e\xff\xff\xff\xff\xff\xff\xff\xffabc', b'\x96\x03\x00\x00\x00\x00\x00\x00\x00\xed\xa0\x80.',
        b'\x96\x00\x00\x00\x00\x00\x00\x00', b'\x96\x05\x00\x00\x00\x00\x00\x00\x00abcd',
        b'\x96\x00\x00\x00\x80\x00\x00\x00\x00abc', b'\x96\xff\xff\xff\xff\x00\x00\x00\x00abc',
        b'\x96\x00\x00\x00\x00\x00\x01\x00\x00abc', b'\x96\x9c\xff\xff\xff\xff\xff\xff\x7fabc',
        b'\x96\xd8\xff\xff\xff\xff\xff\xff\x7fabc', b'\x96\xde\xff\xff\xff\xff\xff\xff\x7fabc',
        b'\x96\xdf\xff\xff\xff\xff\xff\xff\x7fabc', b'\x96\xe0\xff\xff\xff\xff\xff\xff\x7fabc',
        b'\x96\xf7\xff\xff\xff\xff\xff\xff\x7fabc', b'\x96\xf8\xff\xff\xff\xff\xff\xff\x7fabc',
        b'\x96\xff\xff\xff\xff\xff\xff\xff\x7fabc', b'\x96\x00\x00\x00\x00\x00\x00\x00\x80abc',
        b'\x96\xff\xff\xff\xff\xff\xff\xff\xffabc', b'P\n.', b'Pabc\n.', b'P\xe9\n.', b'P\x00\n.', b'P', b'Pa', b'Q.',
        b'NQ.', b'(Q.', b'(NQ.', b'N(Q.', b']Q.', b'\x82', b'\x82\x00.', b'\x82\x01.', b'\x83\x00', b'\x83\x00\x00.',
        b'\x83\x00\x01.', b'\x84\x00\x00\x00', b'\x84\x00\x00\x00\x00.', b'\x84\x01\x00\x00\x00.',
        b'\x84\xff\xff\xff\x7f.', b'\x84\x00\x00\x00\x80.', b'\x84\xff\xff\xff\xff.', b'\x97.',
    ])
    + _with(0x04, [
        b'\x97.',
    ])
    + _with(0x24, [
        b'\x97.', b'\x97\x97.',
    ])
    + _with(0x44, [
        b'\x97\x97.',
    ])
    + _with(0x24, [
        b'\x97\x98.', b'}\x97Ns.', b'}\x97\x98Ns.', b'\x97K\x01a.', b'\x97K\x00K\x07s.', b'\x97)K\x07s.',
        b'\x97K\x00\x85K\x07s.', b'\x97\x98K\x00K\x07s.', b'\x97Nb.', b'\x97}b.', b'\x97)R.', b'\x97(K\x01\x90.',
        b'\x97\x98\x98.',
    ])
    + _with(0x2c, [
        b'\x97\x98.', b'}\x97Ns.', b'}\x97\x98Ns.', b'\x97K\x01a.', b'\x97K\x00K\x07s.', b'\x97)K\x07s.',
        b'\x97K\x00\x85K\x07s.', b'\x97\x98K\x00K\x07s.', b'\x97Nb.', b'\x97}b.', b'\x97)R.', b'\x97(K\x01\x90.',
        b'\x97\x98\x98.',
    ])
    + _with(0x34, [
        b'\x97\x98.', b'}\x97Ns.', b'}\x97\x98Ns.', b'\x97K\x01a.', b'\x97K\x00K\x07s.', b'\x97)K\x07s.',
        b'\x97K\x00\x85K\x07s.', b'\x97\x98K\x00K\x07s.', b'\x97Nb.', b'\x97}b.', b'\x97)R.', b'\x97(K\x01\x90.',
        b'\x97\x98\x98.',
    ])
    + _with(0x3c, [
        b'\x97\x98.', b'}\x97Ns.', b'}\x97\x98Ns.', b'\x97K\x01a.', b'\x97K\x00K\x07s.', b'\x97)K\x07s.',
        b'\x97K\x00\x85K\x07s.', b'\x97\x98K\x00K\x07s.', b'\x97Nb.', b'\x97}b.', b'\x97)R.', b'\x97(K\x01\x90.',
        b'\x97\x98\x98.',
    ])
    + _with(0x00, [
        b'\x98.', b'(\x98.', b'N(\x98.', b'N\x98.', b'K\x01\x98.', b'Va\n\x98.', b']\x98.', b'}\x98.', b'C\x01a\x98.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x98.', b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x98\x98.',
        b'cm\nn\n\x98.', b'}C\x01a\x98Ns.', b'}\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x98Ns.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abK\x01a.', b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abNa.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab(K\x01K\x02e.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab(K\x01M\x00\x01e.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abJ\xff\xff\xff\xffa.', b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x88a.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abVa\na.', b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abcm\nn\na.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abK\x00K\x01s.', b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abK\x02K\x01s.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abJ\xff\xff\xff\xffK\x01s.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abJ\xfd\xff\xff\xffK\x01s.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abK\x00Ns.', b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abK\x00M\x00\x01s.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abK\tNs.', b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abNK\x01s.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abNNs.', b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x88\x88s.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abK\x00G\x00\x00\x00\x00\x00\x00\x00\x00s.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab)K\x01s.', b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x98K\x00K\x01s.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x98K\x01a.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x94\x98h\x00K\x01a.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x94\x980h\x00K\x01a.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x94\x98h\x00K\x00K\x01s.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x94\x98h\x00(K\x01e.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x94\x98h\x00(e.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab(K\x01\x90.', b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abNb.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab}b.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abL99999999999999999999L\nK\x01s.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00abL99999999999999999999L\na.', b'})' + b'\x85' * 5000 + b'Ns.',
        b'}()' + b'\x85' * 3000 + b'N)' + b'\x85' * 3000 + b'Nu.',
        b'}()' + b'\x85' * 500 + b'N)' + b'\x85' * 500 + b'Nu.',
    ])
    # Combinations
    + _with(0x00, [
        b'\x8f(\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x98\x90.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x98\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x98Ns.',
        b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x98)Ns.', b'\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x98NNs.',
        b'}(K\x01]]]u.', b'}(]K\x01Nu.', b'}(\x88NK\x01NG?\xf0\x00\x00\x00\x00\x00\x00Nu.',
        b'Nq\x00q\x01q\x02\x94h\x03.', b'Nq\x02\x94\x94h\x02.', b'K\x01q\x02K\x02\x94K\x03\x94h\x02.',
        b']NaL-99999999999999999999L\nNs.',
        b'\x8f(G\x7f\xf8\x00\x00\x00\x00\x00\x00G\x7f\xf8\x00\x00\x00\x00\x00\x00\x90.', b']\x94h\x00a.',
        b']\x94(h\x00h\x00e.', b'](N(e.', b']((Ne.', b'}((NNu.', b'\x8f((N\x90.', b'](Na.', b'(]Na.', b'(}NNs.',
        b'}(NNs.', b'\x8b\x05\x00\x00\x00\xff\xff\xff\xff\xff.', b'\x8c\x01a\x8c\x01b\x93.',
        b'\x80\x02\x8c\x01a\x8c\x01b\x93.', b'N(\x85.', b'(N\x85.', b'N(N\x86.', b'NN\x87.', b'N\x86.', b'\x85.',
        b'(\x85.', b'(NN\x87.', b'(\x86.', b'NN(\x86.', b'N(NN\x87.', b'NNN.', b'(((N.', b'NN(.',
        b'\x80\x05\x95\x03\x00\x00\x00\x00\x00\x00\x00K\x01..',
        b'\x95\x02\x00\x00\x00\x00\x00\x00\x00X\x01\x00\x00\x00a.', b'N((11.', b'(N(N1N1N.', b'1', b'N1.',
        b'Pa\n)\x81.', b'\x82\x05)\x81.', b'Pa\n)}\x92.', b'NQ)\x81.', b'(N(Nd.', b'(NN(NNdd.', b'(NN(NNds.',
        b'(N(\x91\x91.', b'\x8f\x94(h\x00\x90.', b'(\x91\x94(h\x00\x91.', b'C\xffa', b'(i\xff\n', b'(i\xff\n\n.',
        b'c\xff\n\n.', b'cm\n\xff', b'p', b'Np\xff\n.', b'g\xff\n.', b'g\n', b'I\xff\n.', b'L\xffL\n.', b'F\xff\n.',
        b'F1\xff\n.', b'Vx', b"S'\\", b"S'\\\n.",
    ])
    # Memory and limits
    + _with(0x00, [
        b'\x96\x00\x00\x00\x00\x00\x01\x00\x00', b'NNN\x96\xff\xff\xff\xff\xff\xff\xff\x7f', b'L1_0L\n.',
        b'L' + b'1' * 4300 + b'L\n.', b'L-' + b'1' * 4300 + b'L\n.', b'Np' + b'0' * 4400 + b'\n.', b'I00\x00\n.',
        b'I\x00\x00\n.', b'I0\x00\n}I0\x00\nNs.', b'L5\x00LL\n.', b'L5\x00L\n.', b"S'\\400'\n.", b'Va\\\\\n.',
        b'X\x01\x00\x00\x00',
    ])
    + _with(0x01, [
        b'S"\\0"\n.', b'S"\\\'"\n.',
    ])
)
