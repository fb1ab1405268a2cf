using Sweep.Client.Errors;
using Sweep.Client.Files;
using Sweep.Client.Local;
using Sweep.Storage.Migrations;

namespace Sweep.Client.Backups;

/// <summary>A file that <c>sweep backup</c> wrote.</summary>
internal sealed class BackupFile
{
    /// <summary>The first bytes of a file in pg_dump's custom format.</summary>
    private static readonly byte[] Mark = "PGDMP"u8.ToArray();

    private readonly string _path;

    private BackupFile(string path) => _path = path;

    /// <exception cref="WrongInputException">The file is not a backup of Sweep's database.</exception>
    /// <exception cref="DatabaseVersionException">The backup was written by a newer version of Sweep.</exception>
    public static async Task<BackupFile> OpenAsync(string path, CancellationToken cancellation)
    {
        if (!Path.Exists(path))
            throw new WrongInputException($"FILE: found {path}, which does not exist; name a file that sweep backup wrote.");
        // Opening a pipe or a device could wait forever.
        if (FileKind.Of(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path) is { IsFile: false } found)
            throw new WrongInputException($"FILE: found {path}, which is {found.Name}; name a file that sweep backup wrote.");
        var beginning = new byte[Mark.Length];
        await using (var stream = File.OpenRead(path))
            await stream.ReadAtLeastAsync(beginning, beginning.Length, throwOnEndOfStream: false, cancellation);
        if (!beginning.AsSpan().SequenceEqual(Mark))
            throw new WrongInputException($"FILE: found {path}, which is no backup; name a file that sweep backup wrote.");
        var file = new BackupFile(path);
        Migrator.RequireKnown(file.Migrations(await file.ReadAsync(cancellation, "--data-only", "--table=schema_versions", "--file=-")));
        return file;
    }

    public async Task<IReadOnlyList<DatabaseObject>> ObjectsAsync(CancellationToken cancellation) =>
        DatabaseObject.In(await ReadAsync(cancellation, "--schema-only", "--file=-"));

    /// <summary>
    /// The contents in the form of pg_restore's list. Extensions are left out, since Sweep needs none, and so is the schema public, which
    /// every database has.
    /// </summary>
    public async Task<IEnumerable<string>> ListAsync(CancellationToken cancellation) =>
        (await ReadAsync(cancellation, "--list")).Split('\n').Where(line =>
            !line.Contains(" EXTENSION ", StringComparison.Ordinal)
            && !line.Contains(" SCHEMA - public ", StringComparison.Ordinal)
            && !line.Contains(" COMMENT - SCHEMA public ", StringComparison.Ordinal));

    private Task<string> ReadAsync(CancellationToken cancellation, params string[] arguments) =>
        PostgresProgram.RunAsync("pg_restore", null, [.. arguments, _path], _ => { }, cancellation);

    /// <summary>Names and hashes of the migrations, from the text that pg_restore writes for their table.</summary>
    private List<(string Name, string Sha256)> Migrations(string copy)
    {
        var rows = copy.Split('\n')
            .SkipWhile(line => !line.StartsWith("COPY ", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => line != "\\.")
            .Select(line => line.Split('\t'))
            .Where(cells => cells.Length >= 3)
            .ToList();
        return rows.Count > 0
            ? [.. rows.OrderBy(cells => cells[1], StringComparer.Ordinal).Select(cells => (cells[1], cells[2]))]
            : throw new WrongInputException(
                $"FILE: found {_path}, which is the backup of something else than Sweep's tables; name a file that sweep backup wrote.");
    }
}
