/** STRING is written as Python writes a literal, UNICODE with escapes of its own; the others are plain. */
export function unescaped(opcode: string, text: string): string {
  if (opcode !== 'STRING' && opcode !== 'UNICODE') return text;
  const body = opcode === 'STRING' ? text.trim().replace(/^(['"])(.*)\1$/s, '$2') : text;
  return body.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))/gs,
    (whole, u, U, x, octal, other) => {
      const hex = u ?? U ?? x;
      if (hex !== undefined) {
        const code = Number.parseInt(hex, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      }
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return ({ n: '\n', t: '\t', r: '\r' } as Record<string, string>)[other] ?? other;
    },
  );
}
