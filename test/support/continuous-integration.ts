/** Whether this is a build nobody watches: then files are compared where a developer's run would update them. */
export function isContinuousIntegration(): boolean {
  return !['', '0', 'false', undefined].includes(process.env.CI?.toLowerCase());
}
