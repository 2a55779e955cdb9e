/** Every family of routes of the dialect. Application routes run below `/{org}/{app}`. */
import type { Routes } from './context.ts';
import { statusRoutes } from './status-routes.ts';
import { applicationTokenRoutes, managementTokenRoutes } from './token-routes.ts';

export const rootRoutes: Routes[] = [statusRoutes];
export const managementRoutes: Routes[] = [managementTokenRoutes];
export const applicationRoutes: Routes[] = [applicationTokenRoutes];
