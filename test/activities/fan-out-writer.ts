/** A process to be killed: publishes to many followers, and says what was acknowledged. Arguments: the place, the user. */
import { writeSync } from 'node:fs';
import { application, openStorage, servicesOver } from './feed-world.ts';

const [, , place, uuid] = process.argv as [string, string, string, string];
const storage = await openStorage(place);
const user = (await storage.entities(application.key).findByUuid(uuid))!;
const { activities } = servicesOver(storage);

async function publishOn(): Promise<never> {
  for (;;) {
    const activity = await activities.publish(application, { kind: 'user', user }, { verb: 'post' });
    writeSync(1, `${activity.uuid}\n`);
  }
}

await Promise.all([publishOn(), publishOn(), publishOn()]);
