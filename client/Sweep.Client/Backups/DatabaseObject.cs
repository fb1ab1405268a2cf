using System.Text.RegularExpressions;

namespace Sweep.Client.Backups;

/// <summary>
/// An object of a database, read from the output of pg_dump or pg_restore. These programs list every kind of object of every version of
/// PostgreSQL, which a query of our own would not.
/// </summary>
/// <param name="Kind">The kind in capitals, such as <c>TABLE</c> or <c>FK CONSTRAINT</c>.</param>
/// <param name="Schema">The schema; a dash where the object is in none.</param>
internal sealed partial record DatabaseObject(string Kind, string Schema, string Name)
{
    /// <summary>The object as an error names it, such as "the view mine".</summary>
    public override string ToString() => $"the {Kind.ToLowerInvariant()} {(Schema is "-" or "public" ? "" : Schema + ".")}{Name}";

    /// <summary>
    /// The objects that a script of pg_dump or pg_restore makes, in its order. Extensions are left out because they belong to the server,
    /// privileges and comments because they belong to other objects.
    /// </summary>
    public static IReadOnlyList<DatabaseObject> In(string script) =>
    [
        .. Heading().Matches(script)
            .Select(match => new DatabaseObject(
                match.Groups["kind"].Value, match.Groups["schema"].Value, match.Groups["name"].Value))
            .Where(found => found.Kind is not ("EXTENSION" or "COMMENT" or "ACL" or "DEFAULT ACL" or "SECURITY LABEL")
                && found is not { Kind: "SCHEMA", Name: "public" }),
    ];

    [GeneratedRegex("^-- Name: (?<name>.*); Type: (?<kind>[A-Z ]+); Schema: (?<schema>.*); Owner:.*$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
