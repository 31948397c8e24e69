/** The page in light and dark, on paper, and on a narrow screen. Every pair of colours keeps a contrast of 4.5 to 1. */
export const STYLE = `
:root{color-scheme:light dark;--page:#f6f4ef;--card:#fff;--ink:#1d2025;--quiet:#5b616b;--line:#dedad0;--link:#0b57a8;
--k0:#5b6b7f;--k1:#c2410c;--k2:#0f766e;--k3:#7e22ce;--k4:#a16207;--k5:#be185d;
--fail:#b42318;--fail-bg:#fdecea;--warn:#854d0e;--warn-bg:#fdf3d7;--pass:#166534;--pass-bg:#e4f4e8;--unknown:#5b21b6;--unknown-bg:#efe9fb;--none:#4b5563;--none-bg:#eceef1}
@media (prefers-color-scheme:dark){:root{--page:#14161a;--card:#1d2025;--ink:#e8e6e1;--quiet:#a6acb5;--line:#363b43;--link:#8ab8f5;
--k0:#9fb0c6;--k1:#fb923c;--k2:#5eead4;--k3:#d8b4fe;--k4:#fde047;--k5:#f9a8d4;
--fail:#ffb4ab;--fail-bg:#4a1d19;--warn:#f7d488;--warn-bg:#40310f;--pass:#9be3b0;--pass-bg:#143622;--unknown:#d3c2fb;--unknown-bg:#33265a;--none:#c3c8d0;--none-bg:#2c3138}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:66rem;margin:0 auto;padding:0 1.25rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:1}
a{color:var(--link)}a code{color:inherit}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;unicode-bidi:isolate}
.verdict{margin-top:1.5rem;padding:1.5rem 1.75rem;border-radius:14px;background:var(--card);border:1px solid var(--line);border-left:10px solid currentColor}
.verdict>*{color:var(--ink)}
.verdict.fail{color:var(--fail)}.verdict.warn{color:var(--warn)}.verdict.pass{color:var(--pass)}.verdict.unknown{color:var(--unknown)}
.brand{margin:0 0 .5rem;font-weight:600;color:var(--quiet)}
h1{margin:0 0 .6rem;font-size:1.55rem;line-height:1.3;font-weight:650;text-wrap:balance}
h1 .chip{font-size:1rem;vertical-align:.2em;margin-right:.4rem}
h2{margin:2.6rem 0 .9rem;font-size:1.3rem}
h3{margin:0 0 .2rem;font-size:1.12rem}
h4{margin:1.4rem 0 .4rem;font-size:1rem}
p{margin:.5rem 0}
.facts,.note,small{color:var(--quiet);font-size:.875rem}
.chip{display:inline-block;padding:.1em .6em;border-radius:99px;font-size:.8rem;font-weight:650;white-space:nowrap}
.chip.fail{color:var(--fail);background:var(--fail-bg)}.chip.warn{color:var(--warn);background:var(--warn-bg)}
.chip.pass{color:var(--pass);background:var(--pass-bg)}.chip.unknown{color:var(--unknown);background:var(--unknown-bg)}
.chip.none{color:var(--none);background:var(--none-bg)}
nav ul{list-style:none;margin:1rem 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.5rem .6rem}
nav a{display:block;padding:.3rem .7rem .3rem .4rem;border:1px solid var(--line);border-radius:99px;background:var(--card);text-decoration:none;font-size:.9rem;color:var(--ink)}
nav a.plain{padding-left:.7rem}
nav a:hover{border-color:var(--link)}
.finding,.box{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.2rem 1.4rem;margin:0 0 1.1rem}
.remedy{border-left:4px solid var(--k1);padding:.15rem 0 .15rem .8rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1.2rem;margin:1.2rem 0}
figure{margin:0;min-width:0;max-width:38rem}
figure>svg{display:block;width:100%;height:auto;font-size:12px;font-family:inherit;overflow:visible}
figcaption{display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:baseline;margin-bottom:.4rem}
.legend{display:flex;flex-wrap:wrap;gap:.1rem .9rem;list-style:none;margin:0;padding:0;font-size:.875rem}
.key{overflow:visible;vertical-align:-.1em;margin-right:.35rem}
.scroll{overflow-x:auto;margin:.6rem 0;border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:.92rem;overflow-wrap:normal}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{text-align:left;vertical-align:top;padding:.42rem .7rem;border-bottom:1px solid var(--line)}
tbody th{font-weight:400}tbody tr:last-child>*{border-bottom:0}.box>.scroll:first-child{margin-top:0}
td a,th a{display:inline-block;min-height:24px}td code,th code{overflow-wrap:anywhere}code.s{white-space:nowrap}
td{overflow-wrap:break-word;min-width:5rem}[data-sort] td:nth-child(2):not(.n){min-width:14rem}
thead th{font-size:.82rem;color:var(--quiet);font-weight:600;white-space:nowrap}
.n{text-align:right;font-variant-numeric:tabular-nums}td.n{white-space:nowrap;overflow-wrap:normal}
thead button{all:unset;cursor:pointer;padding:.1rem .2rem;border-radius:4px}
thead button:focus-visible{outline:3px solid var(--link)}
thead button::after{content:" ↕"}[aria-sort=ascending] button::after{content:" ↑"}[aria-sort=descending] button::after{content:" ↓"}
tr:target{background:var(--warn-bg)}
.filter{display:block;margin-top:.8rem;font-size:.875rem;color:var(--quiet)}
.filter input{font:inherit;color:var(--ink);background:var(--page);border:1px solid var(--quiet);border-radius:8px;padding:.25rem .6rem;width:16rem;max-width:70%}
details>summary{cursor:pointer;font-weight:600;padding:.5rem 0}
pre{white-space:pre-wrap;background:var(--page);border:1px solid var(--line);border-radius:8px;padding:.7rem .9rem;margin:.4rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1.2rem;margin:.6rem 0}
dt{color:var(--quiet)}dd{margin:0;min-width:0}
.box>.measured:first-child .scroll{margin-top:0}.measured thead th{white-space:normal;vertical-align:bottom}.measured td small{display:block;font-size:.78rem}
.gauge{display:block;width:100%;max-width:7.5rem;height:.5rem;margin:.2rem 0 0 auto}.gauge .track{fill:var(--line)}.gauge .span{fill:var(--k1);fill-opacity:.4}.gauge circle{fill:var(--k1)}
.verdict.audit{color:var(--k1)}.said{list-style:none;margin:.9rem 0 1.1rem;padding:0}.said li{padding:.55rem 0;border-top:1px solid var(--line);font-size:1.12rem;line-height:1.45}
.who{display:block;font-size:.875rem;font-weight:600}.figures>dl{align-content:start;align-self:start;font-size:.92rem;margin:0}.said b,.told b{color:var(--k1);font-weight:700}.told{font-size:1.08rem}
footer{color:var(--quiet);font-size:.875rem;padding-top:1.5rem;padding-bottom:3rem}
@media (max-width:36rem){header,main,footer{padding:0 .8rem}.finding,.box{padding:1rem}.verdict{padding:1.1rem 1.1rem}h1{font-size:1.25rem}table{min-width:36rem}nav a{font-size:.85rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}figure>svg{font-size:15px}}
@media print{:root{color-scheme:light}body{background:#fff;font-size:11pt}.filter,nav,.skip{display:none}.finding,.box,.verdict{border-radius:0;break-inside:auto}figure,tr{break-inside:avoid}.scroll{overflow:visible}thead button::after{content:""}h2,h3,h4{break-after:avoid}table{font-size:9pt}th,td{padding:.25rem .4rem}td.n,thead th{white-space:normal}[data-sort] td:nth-child(2):not(.n){min-width:0}}
`;
