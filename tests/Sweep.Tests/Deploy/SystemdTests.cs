using System.Globalization;
using System.Text.RegularExpressions;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Deploy;

public sealed partial class SystemdTests
{
    private const string Unit = "deploy/systemd/sweep-worker@.service";

    [Fact]
    public async Task Systemd_finds_nothing_wrong()
    {
        // systemd-analyze looks for the program that the unit starts, and dotnet is not in the same place on every machine.
        using var folder = new TemporaryUnit(text => text.Replace("/usr/bin/dotnet", "/bin/true", StringComparison.Ordinal));
        var answer = await DeployProgram.RunAsync("systemd-analyze", "systemd", ["verify", folder.Path]);
        Assert.Equal((0, "", ""), (answer.Code, answer.Output, answer.Error));
    }

    [Fact]
    public async Task A_misspelt_setting_is_found()
    {
        using var folder = new TemporaryUnit(text => text.Replace("ProtectSystem=", "ProtectSytem=", StringComparison.Ordinal));
        var answer = await DeployProgram.RunAsync("systemd-analyze", "systemd", ["verify", folder.Path]);
        Assert.Contains("ProtectSytem", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_exposure_of_the_unit_is_at_most_the_documented_one()
    {
        var answer = await DeployProgram.RunAsync("systemd-analyze", "systemd", ["security", "--offline=true", "--no-pager", Unit]);
        var found = double.Parse(Exposure().Match(answer.Output).Groups[1].Value, CultureInfo.InvariantCulture);
        var documented = double.Parse(
            Documented().Match(
                await File.ReadAllTextAsync(RepositoryFolder.Join("docs", "deploy.md"), TestContext.Current.CancellationToken))
                .Groups[1].Value,
            CultureInfo.InvariantCulture);
        Assert.True(found <= documented, $"found {found}, documented {documented}");
    }

    /// <summary>A changed copy of the unit, under the unit's own name.</summary>
    private sealed class TemporaryUnit : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sweep-unit-");

        public TemporaryUnit(Func<string, string> change) => File.WriteAllText(Path, change(File.ReadAllText(RepositoryFolder.Join(Unit))));

        public string Path => System.IO.Path.Combine(_folder.FullName, "sweep-worker@.service");

        public void Dispose() => _folder.Delete(recursive: true);
    }

    [GeneratedRegex(@"Overall exposure level for \S+: ([0-9.]+)")]
    private static partial Regex Exposure();

    [GeneratedRegex(@"exposure level of ([0-9.]+)")]
    private static partial Regex Documented();
}
