import { STYLE } from '../../report/html/style.ts';

/** The report's look, and what the App's pages have beside. */
export const PAGE_STYLE = `${STYLE}
:root{--work:#0b57a8;--work-bg:#e3eefb}
@media (prefers-color-scheme:dark){:root{--work:#a9cbfa;--work-bg:#17304f}}
.chip.work{color:var(--work);background:var(--work-bg)}
.top{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1.2rem;padding-top:1.1rem;padding-bottom:.4rem}
.top .home{font-weight:700;font-size:1.1rem;color:var(--ink);text-decoration:none;display:inline-flex;align-items:center;gap:.5rem;min-height:24px}
.top .home svg{width:1.5rem;height:1.5rem;flex:none}
.top form{margin:0 0 0 auto;display:flex;flex-wrap:wrap;align-items:center;gap:.4rem .8rem;color:var(--quiet);font-size:.9rem}
button,.button{font:inherit;font-size:.9rem;color:var(--ink);background:var(--card);border:1px solid var(--line);border-radius:99px;padding:.3rem .9rem;cursor:pointer;text-decoration:none;display:inline-block}
button:hover,.button:hover{border-color:var(--link)}
.button.first{color:var(--card);background:var(--link);border-color:var(--link);font-weight:600}
.buttons{display:flex;flex-wrap:wrap;gap:.6rem;margin:1rem 0 0;padding:0;list-style:none}
.seek{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1rem;margin:-.4rem 0 1.2rem}
.seek input[size]{width:6rem}
main h1{margin:1.2rem 0 .3rem}
.verdict h1,.box h1{margin-top:0}.verdict{margin-top:0}
.verdict.none{color:var(--none)}.verdict.work{color:var(--work)}
.lead{color:var(--quiet);margin:.2rem 0 1.2rem}
nav ul{margin:.4rem 0 1.2rem}
nav a{padding:.3rem .8rem}
nav a[aria-current]{border-color:var(--link);box-shadow:inset 0 0 0 1px var(--link)}
nav a b{font-weight:600;color:var(--quiet);font-variant-numeric:tabular-nums;margin-left:.25rem}
.box{padding:.6rem 1.1rem}.box.text{padding:1.2rem 1.4rem}.box>.scroll{margin:.2rem 0}
.scroll{position:relative}
th,td{vertical-align:middle}
.runs th,.runs td{vertical-align:top;padding-top:.6rem;padding-bottom:.6rem}.runs thead th{padding-top:.42rem;padding-bottom:.42rem}
.runs td{min-width:0}.runs td:nth-child(3){min-width:19rem}.runs td:nth-child(n+4),td time{white-space:nowrap}.runs td code{color:var(--quiet)}
.runs small{display:inline-block;max-width:34rem}
.links{display:flex;flex-wrap:nowrap;gap:.2rem .8rem}
.cards{grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:.8rem 1.2rem;margin:0}.cards dt{font-size:.875rem}
.hid{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.calm{max-width:40rem;margin:2rem auto}
@media (max-width:36rem){.queue table{min-width:0}.box{padding:.4rem .7rem}}
`;
