/** The superuser: made at the first start, with the password that was set or a generated one. */
import type { RandomSource } from '../core/ports.ts';
import type { Keygrid } from './open-keygrid.ts';

export interface NewSuperuser {
  username: string;
  password: string;
  /** Whether the password is ours to show: nobody chose it. */
  generated: boolean;
}

export const superuserName = 'superuser';

/** Undefined when there is one already. */
export async function ensureSuperuser(
  { core }: Keygrid,
  chosenPassword: string | undefined,
  { random }: { random: RandomSource },
): Promise<NewSuperuser | undefined> {
  if (await core.adminUserStore.hasSuperuser()) return undefined;
  const password = chosenPassword ?? generatePassword(random);
  const account = {
    username: superuserName,
    email: `${superuserName}@localhost`,
    name: 'Superuser',
    password,
  };
  await core.adminAccounts.create(account, { superuser: true });
  return { username: superuserName, password, generated: chosenPassword === undefined };
}

/** 120 random bits, free of signs that a shell would read. */
export const generatePassword = (random: RandomSource): string => random.bytes(15).toString('base64url');
