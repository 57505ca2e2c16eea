// What the panel says about its own API.

/** An id that fits every path parameter and names nothing. */
export const NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057";

export async function document(panel) {
  return (await fetch(panel.url + "/api/v1/openapi.json")).json();
}

/** Every operation: method, path with a filled-in id, the path's pattern, the schema of its body if it takes one, and the
 *  schemas of what may stand behind the question mark. */
export async function operations(panel) {
  const api = await document(panel);
  return Object.entries(api.paths).flatMap(([pattern, methods]) => Object.entries(methods).map(([method, operation]) => {
    const reference = operation.requestBody?.content["application/json"].schema.$ref;
    return {
      method: method.toUpperCase(),
      pattern,
      path: pattern.replace(/\{[^}]+\}/g, NOBODY),
      name: operation.operationId,
      schema: reference && api.components.schemas[reference.split("/").pop()],
      query: Object.fromEntries((operation.parameters ?? []).filter((one) => one.in === "query").map((one) => [one.name, one.schema])),
    };
  }));
}
