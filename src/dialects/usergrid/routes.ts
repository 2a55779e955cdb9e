/** Every family of routes of the dialect. Application routes run below `/{org}/{app}`. */
import { activityRoutes } from './activity-routes.ts';
import { applicationRootRoutes } from './application-routes.ts';
import { applicationAuthorizeRoutes, managementAuthorizeRoutes } from './authorize-routes.ts';
import type { Routes } from './context.ts';
import { dataRoutes } from './data-routes.ts';
import { deviceRoutes } from './device-routes.ts';
import { deviceUserRoutes } from './device-user-routes.ts';
import { managementApplicationRoutes } from './management-application-routes.ts';
import { managementApplicationSizeRoutes } from './management-application-size-routes.ts';
import {
  applicationCredentialsRoutes,
  managementCredentialsRoutes,
} from './management-credentials-routes.ts';
import { managementMemberRoutes } from './management-member-routes.ts';
import { managementOrganizationMailRoutes } from './management-organization-mail-routes.ts';
import { managementOrganizationRoutes } from './management-organization-routes.ts';
import { managementUserMailRoutes } from './management-user-mail-routes.ts';
import { managementUserOrganizationRoutes } from './management-user-organization-routes.ts';
import { managementUserRevocationRoutes } from './management-user-revocation-routes.ts';
import { managementUserRoutes } from './management-user-routes.ts';
import { membershipRoutes } from './membership-routes.ts';
import { permissionRoutes } from './permission-routes.ts';
import { roleRoutes } from './role-routes.ts';
import { rolenameRoutes } from './rolename-routes.ts';
import { statusRoutes } from './status-routes.ts';
import { systemRoutes } from './system-routes.ts';
import { applicationTokenRoutes, managementTokenRoutes } from './token-routes.ts';
import { unknownPathRoutes } from './unknown-path-routes.ts';
import { userAccountRoutes } from './user-account-routes.ts';
import { leftOutUserRoutes, userPageRoutes } from './user-page-routes.ts';

export const rootRoutes: Routes[] = [statusRoutes, systemRoutes, unknownPathRoutes];
export const managementRoutes: Routes[] = [
  managementTokenRoutes,
  managementAuthorizeRoutes,
  managementOrganizationRoutes,
  managementOrganizationMailRoutes,
  managementMemberRoutes,
  managementCredentialsRoutes,
  managementApplicationRoutes,
  managementApplicationSizeRoutes,
  managementUserRoutes,
  managementUserMailRoutes,
  managementUserOrganizationRoutes,
  managementUserRevocationRoutes,
];
export const applicationRoutes: Routes[] = [
  applicationTokenRoutes,
  applicationAuthorizeRoutes,
  applicationCredentialsRoutes,
  roleRoutes,
  permissionRoutes,
  membershipRoutes,
  activityRoutes,
  deviceRoutes,
  deviceUserRoutes,
  rolenameRoutes,
  userAccountRoutes,
  userPageRoutes,
  leftOutUserRoutes,
  applicationRootRoutes,
  dataRoutes,
];
