using System.Globalization;
using System.Text;

namespace Sweep.Storage.Migrations;

/// <summary>One numbered file, such as <c>002-tables.sql</c>.</summary>
internal sealed record Migration(int Version, string Name, string Sql)
{
    public string Sha256 { get; } = Sha256Text.Of(Encoding.UTF8.GetBytes(Sql));

    /// <summary>All migrations of this program, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } =
    [
        .. typeof(Migration).Assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(Read)
            .OrderBy(migration => migration.Version),
    ];

    private static Migration Read(string name)
    {
        using var text = new StreamReader(typeof(Migration).Assembly.GetManifestResourceStream(name)!);
        return new(int.Parse(name.AsSpan(0, 3), CultureInfo.InvariantCulture), name, text.ReadToEnd());
    }
}
