/** Approval of organizations by the operator, by mail. usergrid-auth.md 8.1 and 8.7. */
import { activatedPage } from '../../pages/account-pages.ts';
import { followMailLink } from './account-page-flow.ts';
import { fieldsOf } from './body.ts';
import type { Routes } from './context.ts';
import { sendEnvelope } from './envelope.ts';
import { managementResource, organizationOf } from './management-request.ts';
import { mailTokenQuery, organizationParams } from './management-schemas.ts';

export const managementOrganizationMailRoutes: Routes = (app, { core }) => {
  const path = '/management/organizations/:organization';
  for (const [segment, link] of [
    ['activate', 'activation'],
    ['confirm', 'confirmation'],
  ] as const) {
    managementResource(app, `${path}/${segment}`, {
      GET: {
        summary: 'Page that activates an organization which waited for approval',
        schema: { params: organizationParams, querystring: mailTokenQuery },
        answer: async (request, reply) => {
          const organization = await organizationOf(request, core);
          return followMailLink(reply, link, async () => {
            await core.signUp.activateOrganization(organization, fieldsOf(request).token);
            return activatedPage({ organization: organization.name });
          });
        },
      },
    });
  }
  managementResource(app, `${path}/reactivate`, {
    GET: {
      summary: 'Asks the operator for approval again',
      schema: { params: organizationParams },
      answer: async (request, reply) => {
        const organization = await organizationOf(request, core);
        await core.signUp.reactivateOrganization(organization, { address: request.ip });
        return sendEnvelope(request, reply, { action: 'reactivate organization' });
      },
    },
  });
};
