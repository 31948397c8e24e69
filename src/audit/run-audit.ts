import { oneLine } from '../errors.ts';
import type { Audit } from './audit.ts';
import { auditData, type Session } from './audit-data.ts';
import { attacks as builtAttacks } from './index.ts';
import type { AuditOrder } from './order.ts';

/** The engine's audit: reads each data set once and runs the attacks on it; one that breaks leaves the others. */
export async function runAudit(order: AuditOrder, tools: Session['tools']): Promise<Audit> {
  const { request, options } = order;
  const all = tools.attacks ?? builtAttacks;
  const session: Session = {
    ...{ order, tools, start: tools.seconds(), count: { shadows: 0, flops: 0 }, runtime: null, cut: false },
    seed: request.limits.nonce ?? tools.drawNonce(),
    chosen: all.filter((attack) => (options.attacks ? options.attacks.includes(attack.id) : attack.isDefault(options))),
  };
  const audited: Awaited<ReturnType<typeof auditData>>[] = [];
  for (const [index, data] of request.data.entries()) {
    const progress = (step: string, share: number) => {
      const done = (index + share) / request.data.length;
      const elapsed = tools.seconds() - session.start;
      const secondsLeft = done > 0.02 ? (elapsed / done) * (1 - done) : null;
      tools.progress({ step: oneLine(`${data.name}: ${step}`, 200), done, secondsLeft });
    };
    audited.push(await auditData(data, session, progress));
  }
  const { runtime, seed, cut, count } = session;
  return {
    schema: 'taster/audit@1',
    tool: request.tool,
    repository: request.repository,
    revision: { sha: request.head.sha, ref: request.head.ref },
    config: request.configuration,
    data: audited.flatMap(({ summary }) => summary ?? []),
    ...{ seed, cut },
    answers: audited.flatMap(({ answers }) => answers),
    notes: [...request.notes, ...audited.flatMap(({ notes }) => notes)].map((note) => oneLine(note)).slice(0, 50),
    cost: {
      seconds: tools.seconds() - session.start,
      shadows: count.shadows,
      provider: runtime?.provider ?? 'none',
      runtime: runtime?.runtime ?? 'none',
      ...(runtime && runtime.tried.length > 0 ? { tried: [...runtime.tried] } : {}),
      flops: count.flops,
      peak_bytes: tools.peakBytes(),
      cached: false,
    },
    reproduce: { command: request.limits.nonce === null ? `${request.command} --seed ${seed}` : request.command },
  };
}
