#:property PublishAot=false
#:property ArtifactsPath=
// Lists what an image is made of: sbom.cdx.json (CycloneDX 1.6), THIRD-PARTY-NOTICES.txt and the LICENSE.
//   dotnet run deploy/images/parts.cs -- NAME OUTPUT BASE-PACKAGES.tsv PUBLISHED-FOLDER…
// The NuGet packages are those that the published programs name in their .deps.json. Licences and copyrights come from the packages.
// Source of the format: ECMA-424, CycloneDX 1.6.
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

if (args is not [var image, var output, var baseList, .. var folders] || folders.Length == 0)
{
    Console.Error.WriteLine("parts: expected NAME OUTPUT BASE-PACKAGES.tsv PUBLISHED-FOLDER…");
    return 2;
}

var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
    ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
var components = new JsonArray();
var notices = new StringBuilder(
    "What Sweep's images contain of others, as their packages say it. Packages of the base: /usr/share/doc/*/copyright. "
    + ".NET: ThirdPartyNotices.txt beside the program dotnet.\n");
var packages = folders
    .SelectMany(folder => Directory.GetFiles(folder, "*.deps.json"))
    .SelectMany(Packages)
    .DistinctBy(package => package.Key)
    .OrderBy(package => package.Key, StringComparer.OrdinalIgnoreCase);
foreach (var (key, hash) in packages)
{
    var (name, version) = key.Split('/') is [var id, var number]
        ? (id, number)
        : throw new FormatException($"{key}: expected NAME/VERSION.");
    var folder = Path.Combine(cache, name.ToLowerInvariant(), version.ToLowerInvariant());
    var metadata = XDocument.Load(Path.Combine(folder, name.ToLowerInvariant() + ".nuspec")).Root!.Elements()
        .First(element => element.Name.LocalName == "metadata");
    string? Value(string element) => metadata.Elements().FirstOrDefault(child => child.Name.LocalName == element)?.Value.Trim();
    var license = metadata.Elements().FirstOrDefault(child => child.Name.LocalName == "license");
    var isFile = (string?)license?.Attribute("type") == "file";
    var text = isFile ? File.ReadAllText(Path.Combine(folder, license!.Value.Replace('\\', '/'))) : null;
    var address = Value("licenseUrl") ?? "not stated";
    var copyright = Value("copyright") ?? Value("authors");
    components.Add(Component("library", name, version, $"pkg:nuget/{name}@{version}", new JsonObject
    {
        ["hashes"] = new JsonArray(new JsonObject
        {
            ["alg"] = "SHA-512",
            ["content"] = Convert.ToHexStringLower(Convert.FromBase64String(hash)),
        }),
        ["licenses"] = new JsonArray(license is not null && !isFile
            ? new JsonObject { ["expression"] = license.Value }
            : new JsonObject { ["license"] = new JsonObject { ["name"] = text is null ? address : $"{name}: {license!.Value}" } }),
        ["copyright"] = copyright,
    }));
    notices.Append($"\n{name} {version}\n  licence: {(text is null ? license?.Value ?? address : "its own, below")}\n");
    notices.Append($"  copyright: {copyright}\n  source: {Value("projectUrl")}\n");
    if (text is not null)
        notices.Append('\n').Append(text.Trim()).Append('\n');
}

foreach (var line in File.ReadLines(baseList))
{
    // A line has the name, version, architecture and distribution of a package. .NET's frameworks have the architecture "dotnet".
    var cells = line.Split('\t');
    components.Add(cells[2] == "dotnet"
        ? Component("framework", cells[0], cells[1], $"pkg:generic/{cells[0]}@{cells[1]}", [])
        : Component("library", cells[0], cells[1], $"pkg:deb/{cells[3]}/{cells[0]}@{Uri.EscapeDataString(cells[1])}?arch={cells[2]}", []));
}

var bom = new JsonObject
{
    ["bomFormat"] = "CycloneDX",
    ["specVersion"] = "1.6",
    ["version"] = 1,
    ["metadata"] = new JsonObject
    {
        ["component"] = new JsonObject
        {
            ["type"] = "container",
            ["name"] = $"sweep-{image}",
            ["licenses"] = new JsonArray(new JsonObject { ["license"] = new JsonObject { ["id"] = "MIT" } }),
        },
    },
    ["components"] = components,
};
Directory.CreateDirectory(output);
File.WriteAllText(Path.Combine(output, "sbom.cdx.json"), bom.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
File.WriteAllText(Path.Combine(output, "THIRD-PARTY-NOTICES.txt"), notices.ToString());
File.Copy("LICENSE", Path.Combine(output, "LICENSE"), overwrite: true);
return 0;

static IEnumerable<KeyValuePair<string, string>> Packages(string file) =>
    JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("libraries").EnumerateObject()
        .Where(library => library.Value.GetProperty("type").GetString() == "package")
        .Select(library => KeyValuePair.Create(library.Name, library.Value.GetProperty("sha512").GetString()!["sha512-".Length..]));

static JsonObject Component(string type, string name, string version, string purl, JsonObject more)
{
    var component = new JsonObject { ["type"] = type, ["bom-ref"] = purl, ["name"] = name, ["version"] = version, ["purl"] = purl };
    foreach (var (key, value) in more)
        component[key] = value?.DeepClone();
    return component;
}
