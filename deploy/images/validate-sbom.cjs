// node validate-sbom.cjs FILE: whether a list of parts is CycloneDX 1.6, by the schema of the package @cyclonedx/cyclonedx-library.
const fs = require('fs');
const path = require('path');
const schemas = path.join(path.dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json')), 'res', 'schema');
const read = (name) => JSON.parse(fs.readFileSync(path.join(schemas, name), 'utf8'));
const ajv = new (require('ajv'))({ strict: false, validateFormats: false });
for (const name of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json']) ajv.addSchema(read(name), `http://cyclonedx.org/schema/${name}`);
const bom = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
if (!ajv.validate(read('bom-1.6.SNAPSHOT.schema.json'), bom)) {
  console.error(ajv.errorsText(ajv.errors.slice(0, 5)));
  process.exit(1);
}
if (!bom.components.some((part) => part.purl.startsWith('pkg:nuget/Npgsql@'))) {
  console.error('Npgsql is not in the list');
  process.exit(1);
}
