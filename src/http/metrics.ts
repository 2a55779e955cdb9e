/** Figures for Prometheus. Collected cheaply on every answer; rendered when asked for. */
import type { FastifyInstance } from 'fastify';

export interface Metrics {
  contentType: string;
  render(): Promise<string>;
}

export interface Gauges {
  /** Name without prefix -> help text and reading. */
  [name: string]: { help: string; read(): number };
}

/** Upper bounds in seconds. */
const buckets = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];

/**
 * The library is loaded at the first scrape: until then, and between scrapes, answers are counted in plain arrays.
 */
export function collectMetrics(app: FastifyInstance, gauges: Gauges): Metrics {
  const answers = new Map<string, { count: number; sum: number; below: number[] }>();
  function count(method: string, statusCode: number, seconds: number): void {
    const key = `${method} ${Math.floor(statusCode / 100)}xx`;
    let row = answers.get(key);
    if (!row) {
      row = { count: 0, sum: 0, below: buckets.map(() => 0) };
      answers.set(key, row);
    }
    row.count += 1;
    row.sum += seconds;
    for (let at = buckets.length - 1; at >= 0 && seconds <= buckets[at]!; at -= 1) row.below[at]! += 1;
  }
  app.directAnswers.onAnswer((method, seconds) => count(method, 200, seconds));
  app.addHook('onResponse', (request, reply, done) => {
    count(request.method, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });

  return {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    async render() {
      const { collectDefaultMetrics, Gauge, Registry } = await import('prom-client');
      const registry = new Registry();
      collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
      for (const [name, { help, read }] of Object.entries(gauges)) {
        new Gauge({ name: `keygrid_${name}`, help, registers: [registry] }).set(read());
      }
      return (await registry.metrics()) + renderAnswers(answers);
    },
  };
}

function renderAnswers(answers: Map<string, { count: number; sum: number; below: number[] }>): string {
  const name = 'keygrid_http_request_duration_seconds';
  const lines = [`# HELP ${name} Time to answer, by method and status class`, `# TYPE ${name} histogram`];
  for (const [key, { count, sum, below }] of answers) {
    const [method, status] = key.split(' ');
    const labels = `method="${method}",status="${status}"`;
    buckets.forEach((bound, at) => {
      lines.push(`${name}_bucket{${labels},le="${bound}"} ${below[at]}`);
    });
    lines.push(`${name}_bucket{${labels},le="+Inf"} ${count}`, `${name}_sum{${labels}} ${sum}`);
    lines.push(`${name}_count{${labels}} ${count}`);
  }
  return `\n${lines.join('\n')}\n`;
}
