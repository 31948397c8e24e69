import { visible } from '../escape.ts';
import { escapeHtml } from './text.ts';

/** What a plot may consist of. Whatever else a library puts there (styles, links, scripts) does not reach the page. */
const ELEMENTS = new Set('svg g path line rect circle text tspan a title'.split(' '));
const ATTRIBUTES = new Set(
  (
    'viewBox width height x y x1 y1 x2 y2 dx dy r cx cy d transform fill fill-opacity stroke stroke-width ' +
    'stroke-opacity stroke-dasharray stroke-linejoin stroke-linecap stroke-miterlimit opacity font-size font-weight ' +
    'font-variant text-anchor aria-hidden'
  ).split(' '),
);

/** The only addresses that a drawing may lead to. */
const ON_THIS_PAGE = /^#[\w-]{1,40}$/;

/** What is read of a node of a document. */
export interface SvgNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly nodeValue: string | null;
  readonly childNodes: Iterable<SvgNode>;
  readonly attributes?: Iterable<{ readonly name: string; readonly value: string }>;
}

/** A drawn node as SVG text: known elements and attributes only, every text escaped. Unknown elements go with their content. */
export function svgText(node: SvgNode): string {
  if (node.nodeType === 3) return escapeHtml(visible(node.nodeValue ?? '', 200));
  const name = node.nodeName.toLowerCase();
  if (node.nodeType !== 1 || !ELEMENTS.has(name)) return '';
  const attributes = [...(node.attributes ?? [])]
    .filter((attribute) => ATTRIBUTES.has(attribute.name))
    .map((attribute) => ` ${attribute.name}="${escapeHtml(short(attribute.value))}"`);
  const target = [...(node.attributes ?? [])].find((attribute) => /^(?:xlink:)?href$/.test(attribute.name))?.value;
  if (target !== undefined && ON_THIS_PAGE.test(target)) attributes.push(` href="${target}"`);
  return `<${name}${attributes.join('')}>${[...node.childNodes].map(svgText).join('')}</${name}>`;
}

/** Coordinates to a tenth of a unit: nobody sees more, and pages stay small. */
function short(value: string): string {
  return value.replace(/\d+\.\d{2,}/g, (digits) => String(Number(Number(digits).toFixed(1))));
}
