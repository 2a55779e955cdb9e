/** Parameters and bodies of the management API, for its description. What they mean is checked where it is used. */
import { Type } from '../../http/json-schema.ts';

const organization = Type.String({ description: 'Name or UUID' });
const application = Type.String({ description: 'Name or UUID' });
const user = Type.String({ description: 'Username, email address, UUID or `me`' });

export const organizationParams = Type.Object({ organization });
export const applicationParams = Type.Object({ organization, application });
export const collectionParams = Type.Object({ organization, application, collection: Type.String() });
export const userParams = Type.Object({ user });
export const memberParams = Type.Object({ organization, user });
export const userOrganizationParams = Type.Object({ user, organization });

const accountFields = {
  username: Type.Optional(Type.String({ description: 'The email address when absent' })),
  name: Type.Optional(Type.String({ description: 'The email address when absent' })),
  email: Type.String(),
};

export const newOrganizationBody = Type.Object({
  organization: Type.String(),
  ...accountFields,
  password: Type.String(),
  properties: Type.Optional(Type.Object({}, { description: 'Of the organization' })),
});
export const propertiesBody = Type.Object({
  properties: Type.Object({}, { description: 'Merged into those there are; "" removes' }),
});
export const newUserBody = Type.Object({ ...accountFields, password: Type.String() });
export const newMemberBody = Type.Object({
  ...accountFields,
  password: Type.Optional(Type.String()),
  invite: Type.Optional(
    Type.Boolean({ description: 'Whether an admin user of that address is added; true when absent' }),
  ),
});
export const userBody = Type.Object({
  username: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  email: Type.Optional(Type.String()),
  oldpassword: Type.Optional(Type.String()),
  newpassword: Type.Optional(Type.String()),
});
export const passwordBody = Type.Object({
  oldpassword: Type.Optional(Type.String({ description: 'Not for the superuser' })),
  newpassword: Type.String(),
});
export const newApplicationBody = Type.Object({ name: Type.String() });
export const organizationBody = Type.Object({ organization: Type.String() });

export const pageQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  cursor: Type.Optional(Type.String({ description: 'As the page before gave it' })),
});
export const mailTokenQuery = Type.Object({
  token: Type.String({ description: 'From the link in the mail' }),
});
export const revocationQuery = Type.Object({
  token: Type.String({ description: 'The access token to end' }),
});
export const deletionQuery = Type.Object({
  confirm_application_identifier: Type.String({ description: 'The application as the path names it' }),
});
