import type { Prompt } from '../../authorization.ts';
import { invalidRequest } from '../request-parameters.ts';
import type { RedirectStep } from '../step.ts';

export const prompt: RedirectStep = {
  name: 'prompt',
  source: 'OpenID Connect Core §3.1.2.1 (S026); aps-auth.md 1.1',
  dialects: ['standard', 'autodesk_v1', 'autodesk_v2'],
  check({ parameters, rules }) {
    const words = parameters.find('prompt')?.split(' ').filter(Boolean) ?? [];
    const prompts = rules.prompts.filter((known) => words.includes(known));
    const unknown = words.some((word) => !rules.prompts.includes(word as Prompt));
    if (unknown) throw invalidRequest(`prompt must be ${rules.prompts.join(' or ')}`, 'prompt');
    if (prompts.includes('none') && prompts.length > 1) {
      throw invalidRequest('prompt none goes with no other', 'prompt');
    }
    return { prompts };
  },
};
