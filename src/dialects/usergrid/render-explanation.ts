/** The answer to `explain=true`: what a query walked along, looked up and evaluated. docs/usergrid.md. */
import type { QueryExplanation, Stage } from '../../core/entities/query/query-explanation.ts';
import { printFilter } from './query-language/index.ts';

export const renderExplanation = ({ stages, rows, entitiesRead }: QueryExplanation, returned: number) => ({
  rows,
  entitiesRead,
  entitiesReturned: returned,
  stages: stages.map(renderStage),
});

const renderStage = ({ purpose, steps, furtherSteps, evaluated }: Stage) => ({
  purpose,
  steps: steps.map(({ kind, ...step }) => ({ step: kind, ...step })),
  ...(furtherSteps > 0 && { furtherSteps }),
  evaluated: evaluated.map(printFilter),
});
