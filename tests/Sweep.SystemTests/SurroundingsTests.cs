namespace Sweep.SystemTests;

/// <summary>A test of the real programs among environment variables, files and a locale that are meant for other programs.</summary>
public sealed class SurroundingsTests : IDisposable
{
    /// <summary>Letters outside ASCII, so that a sample must not contain any letter in ASCII.</summary>
    private const string Letters = "äöüß日本語";

    private readonly string _folder = Directory.CreateTempSubdirectory("sweep-around-").FullName;
    private readonly SweepProgram _sweep;

    public SurroundingsTests() => _sweep = new(" it's \"ours\"; 100%") { Folder = _folder };

    public void Dispose()
    {
        _sweep.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_private_cluster_is_configured_only_by_its_command_line_and_keeps_every_letter()
    {
        foreach (var (name, value) in Others)
            _sweep.Variables[name] = value;
        foreach (var name in (string[])["appsettings.json", "global.json", ".env", "sweep.runtimeconfig.json", "psqlrc"])
            await File.WriteAllTextAsync(Path.Combine(_folder, name), "{ broken", TestContext.Current.CancellationToken);
        foreach (var name in (string[])["setsid", "setpriv", "sh", "nvidia-smi", "id", "stat", "initdb", "pg_dump"])
            await File.WriteAllTextAsync(Path.Combine(_folder, name), "exit 1", TestContext.Current.CancellationToken);
        var text = Path.Combine(_folder, "letters.txt");
        await File.WriteAllTextAsync(
            text, string.Concat(Enumerable.Repeat(Letters + Letters[..3], 20)), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "letters.yaml"), SweepFile, TestContext.Current.CancellationToken);

        Assert.DoesNotContain("\e", await _sweep.OutputAsync("run", "letters.yaml"), StringComparison.Ordinal);

        var sample = (await _sweep.OutputAsync("sql", "select sample from trials", "-o", "csv")).Split('\n')[1].Trim('"');
        Assert.True(sample.Length > 0 && sample.All(letter => Letters.Contains(letter)), sample);
        Assert.Contains("größe.yaml", (await _sweep.RunAsync("plan", "größe.yaml")).Errors, StringComparison.Ordinal);
        await _sweep.OutputAsync("backup", "sweep.backup");
    }

    private const string SweepFile =
        """
        name: letters
        dataset: { path: letters.txt }
        objective: { metric: val_loss, goal: minimize }
        method: grid
        parameters: { cell: rnn, sequence_length: 5, hidden_size: 8, learning_rate: 0.01, batch_size: 32, epochs: 2 }
        """;

    /// <summary>Variables of other programs, each of which once ended a run, garbled its output, or made it wait for ever.</summary>
    private static readonly Dictionary<string, string> Others = new()
    {
        ["PGOPTIONS"] = "-c statement_timeout=1",
        ["PGTZ"] = "Nowhere",
        ["PGCLIENTENCODING"] = "LATIN1",
        ["PGSSLNEGOTIATION"] = "direct",
        ["PGREQUIREAUTH"] = "scram-sha-256",
        ["PGHOST"] = "/nonexistent",
        ["PGPORT"] = "1",
        ["PGUSER"] = "nobody",
        ["PGDATABASE"] = "nothing",
        ["PGDATA"] = "/nonexistent",
        ["PGPASSFILE"] = "/nonexistent",
        ["PGSSLCERT"] = "/nonexistent",
        ["PGSSLMODE"] = "verify-full",
        ["PGGSSENCMODE"] = "require",
        ["PGTARGETSESSIONATTRS"] = "standby",
        ["PGSERVICE"] = "none",
        ["PG_COLOR"] = "always",
        ["SWEEP_ROLE"] = "control",
        ["SWEEP_SLOTS"] = "0",
        ["SWEEP_DEVICES"] = "cuda:9",
        ["SWEEP_POSTGRES_PASSWORD_FILE"] = "/nonexistent",
        ["SWEEP_CERTIFICATES"] = "/nonexistent",
        ["SWEEP_SILOPORT"] = "1",
        ["SWEEP_HTTPPORT"] = "1",
        ["SWEEP_DASHBOARD"] = "maybe",
        ["SWEEP_ADDRESS"] = "10.255.255.1",
        ["SWEEP_PG_BIN"] = "",
        ["LC_ALL"] = "de_DE.ISO-8859-1",
        ["LANGUAGE"] = "de",
        ["TZ"] = "Nowhere",
        ["GITHUB_ACTIONS"] = "true",
    };
}
