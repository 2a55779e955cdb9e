/** What became of a device's request: the browser has nothing more to do, the device goes on by itself. */
import { html } from './html.ts';
import { type Frame, type Page, productFrame } from './layout.ts';
import { notice, strong } from './page-parts.ts';

/** `late`: the code had expired, or somebody decided before. */
export type DeviceOutcome = { kind: 'approved' | 'refused'; client: string } | { kind: 'late' };

export function deviceDonePage(outcome: DeviceOutcome, frame: Frame = productFrame): Page {
  const texts = frame.texts.deviceDone;
  switch (outcome.kind) {
    case 'approved':
      return {
        title: texts.approved,
        frame,
        content: notice('good', texts.approvedLead(strong(outcome.client))),
      };
    case 'refused':
      return {
        title: texts.refused,
        frame,
        content: html`<p>${texts.refusedLead(strong(outcome.client))}</p>`,
      };
    case 'late':
      return { title: texts.late, frame, content: notice('bad', texts.lateLead) };
  }
}
