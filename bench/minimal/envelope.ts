/** Usergrid's answer around one entity, as the read and the create server both give it. */
const application = '5f6a1c2e-7a52-11f0-9d3b-0242ac120002';

/** `entity` is JSON text and goes in as it is. */
export function renderEnvelope(action: 'get' | 'post', entity: string, startedAt: number): string {
  const now = Date.now();
  return (
    `{"action":"${action}","application":"${application}","params":{},"path":"/things",` +
    `"uri":"http://127.0.0.1:8080/acme/shop/things","entities":[${entity}],"timestamp":${now},` +
    `"duration":${now - startedAt},"organization":"acme","applicationName":"shop"}`
  );
}

/** An entity's JSON text: `properties` is a JSON object's text with at least one member. */
export function renderEntity(uuid: string, now: number, properties: string): string {
  return (
    `{"uuid":"${uuid}","type":"thing","created":${now},"modified":${now},` +
    `"metadata":{"path":"/things/${uuid}"},${properties.slice(1)}`
  );
}
