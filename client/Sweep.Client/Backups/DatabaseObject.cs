using System.Text.RegularExpressions;

namespace Sweep.Client.Backups;

/// <summary>An object of a database, as pg_dump and pg_restore tell of it: they know every kind of every version of PostgreSQL, which a list of ours would not.</summary>
/// <param name="Kind">In capitals: <c>TABLE</c>, <c>FK CONSTRAINT</c>.</param>
/// <param name="Schema">A dash where it is in none.</param>
internal sealed partial record DatabaseObject(string Kind, string Schema, string Name)
{
    /// <summary>In an error: "the view mine".</summary>
    public override string ToString() => $"the {Kind.ToLowerInvariant()} {(Schema is "-" or "public" ? "" : Schema + ".")}{Name}";

    /// <summary>Those that a script of pg_dump or pg_restore makes, in its order. Extensions are the server's; privileges and comments belong to others.</summary>
    public static IReadOnlyList<DatabaseObject> In(string script) =>
    [
        .. Heading().Matches(script).Select(match => new DatabaseObject(match.Groups["kind"].Value, match.Groups["schema"].Value, match.Groups["name"].Value))
            .Where(found => found.Kind is not ("EXTENSION" or "COMMENT" or "ACL" or "DEFAULT ACL" or "SECURITY LABEL") && found is not { Kind: "SCHEMA", Name: "public" }),
    ];

    [GeneratedRegex("^-- Name: (?<name>.*); Type: (?<kind>[A-Z ]+); Schema: (?<schema>.*); Owner:.*$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
