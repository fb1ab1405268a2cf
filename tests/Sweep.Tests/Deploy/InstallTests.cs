namespace Sweep.Tests.Deploy;

/// <summary>Tests what <c>./sweep</c> and <c>./check</c> install on a bare machine, and when they ask first.</summary>
public sealed class InstallTests : IDisposable
{
    private const string Packages = "install -y -q --no-install-recommends -o DPkg::Lock::Timeout=120";
    private static readonly (string, string) Yes = ("SWEEP_INSTALL", "yes");
    private readonly BareMachine _machine = new();

    /// <summary>Returns the calls that install packages without letting Debian create a server of its own.</summary>
    private static string[] Installed(string packages) =>
        ["apt-get update -q", "create_main_cluster = false", $"apt-get {Packages} {packages}", "create_main_cluster = false"];

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData("run file.yaml")]
    [InlineData("up --detach")]
    public async Task Root_gets_postgres_without_a_question_when_a_private_cluster_starts(string command)
    {
        _machine.Have("dotnet");
        var answer = await _machine.RunAsync("sweep " + command);
        Assert.Equal((0, $"ran {command}\n"), (answer.Code, answer.Output));
        Assert.Equal(Installed("postgresql"), _machine.Calls);
        Assert.Contains("sweep: installing postgresql (apt-get)…", answer.Error);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("plan run")]
    [InlineData("run --help")]
    [InlineData("run file.yaml --postgres Host=db")]
    [InlineData("run file.yaml --postgres=Host=db")]
    [InlineData("run file.yaml", "SWEEP_POSTGRES", "Host=db")]
    [InlineData("run file.yaml", "SWEEP_PG_BIN", "/opt/postgres/bin")]
    [InlineData("run file.yaml", "SWEEP_INSTALL", "no")]
    public async Task Postgres_is_not_installed_for_other_commands_for_a_named_database_or_when_it_is_declined(
        string command, string name = "X", string value = "")
    {
        _machine.Have("dotnet");
        Assert.Equal($"ran {command}\n", (await _machine.RunAsync("sweep " + command, (name, value))).Output);
        Assert.Empty(_machine.Calls);
    }

    [Fact]
    public async Task Without_root_and_terminal_nothing_is_installed_and_the_program_names_the_command()
    {
        _machine.Have("dotnet", "sudo");
        _machine.BeNobody();
        Assert.Equal("ran run file.yaml\n", (await _machine.RunAsync("sweep run file.yaml")).Output);
        Assert.DoesNotContain(
            _machine.Calls,
            call => call.StartsWith("apt-get", StringComparison.Ordinal) || call.StartsWith("sudo", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\n", true)]
    [InlineData("y\n", true)]
    [InlineData("n\n", false)]
    public async Task Without_root_a_terminal_is_asked_once_for_sudo(string keys, bool installs)
    {
        _machine.Have("dotnet", "sudo");
        _machine.BeNobody();
        var answer = await _machine.RunAtTerminalAsync("sweep run file.yaml", keys);
        Assert.Contains("sweep: PostgreSQL is missing. Install it now (sudo apt-get install postgresql)? [Y/n] ", answer.Output);
        Assert.Contains("ran run file.yaml", answer.Output);
        Assert.Equal(installs, _machine.Calls.Any(call => call == $"apt-get {Packages} postgresql"));
    }

    [Fact]
    public async Task A_yes_in_the_environment_installs_without_a_question_or_a_password()
    {
        _machine.Have("dotnet", "sudo");
        _machine.BeNobody();
        Assert.Equal(0, (await _machine.RunAsync("sweep up", Yes)).Code);
        Assert.Contains(
            _machine.Calls, call => call.StartsWith("sudo -n env DEBIAN_FRONTEND=noninteractive sh -c", StringComparison.Ordinal));
        Assert.Contains($"apt-get {Packages} postgresql", _machine.Calls);
    }

    [Fact]
    public async Task A_failing_installation_is_one_line()
    {
        _machine.Have("dotnet");
        _machine.GoOffline();
        var answer = await _machine.RunAsync("sweep run file.yaml");
        Assert.Equal((3, ""), (answer.Code, answer.Output));
        Assert.Equal(
            "sweep: installing postgresql (apt-get)…\nsweep: postgresql could not be installed: E: Unable to fetch some archives.\n",
            answer.Error[answer.Error.IndexOf("sweep: installing", StringComparison.Ordinal)..]);
    }

    [Fact]
    public async Task On_a_system_whose_postgres_is_too_old_it_is_not_installed_and_the_user_is_told()
    {
        _machine.Have("dotnet");
        _machine.Offer("14+238");
        var answer = await _machine.RunAsync("sweep run file.yaml");
        Assert.Equal(3, answer.Code);
        Assert.EndsWith("have PostgreSQL 14, and 15 or later is needed: see https://www.postgresql.org/download/linux/\n", answer.Error);
        Assert.DoesNotContain(_machine.Calls, call => call.StartsWith("apt-get install", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_sdk_and_postgres_are_asked_for_together()
    {
        _machine.Have("curl");
        var answer = await _machine.RunAtTerminalAsync("sweep run file.yaml", "y\n");
        Assert.Contains(
            "sweep: the .NET SDK 10 and PostgreSQL are missing. "
                + $"Install them now (Microsoft's script into {_machine.Home}/.dotnet; apt-get install ",
            answer.Output);
        Assert.Contains("ran run file.yaml", answer.Output);
        Assert.Contains("curl -fsSL --retry 2 https://dot.net/v1/dotnet-install.sh", _machine.Calls);
    }

    [Fact]
    public async Task Without_a_terminal_the_sdk_is_not_installed_and_a_line_says_how()
    {
        _machine.Have("curl");
        var answer = await _machine.RunAsync("sweep list");
        Assert.Equal((3, ""), (answer.Code, answer.Output));
        Assert.StartsWith("sweep: the .NET SDK 10 is not on the PATH, nor in ~/.dotnet. Install it: curl ", answer.Error);
        Assert.Single(answer.Error.TrimEnd().Split('\n'));
        Assert.Empty(_machine.Calls);
    }

    [Fact]
    public async Task A_machine_without_curl_gets_it_before_the_sdk()
    {
        _machine.HavePostgres();
        var answer = await _machine.RunAsync("sweep run file.yaml", Yes);
        Assert.Equal((0, "ran run file.yaml\n"), (answer.Code, answer.Output));
        Assert.Contains(_machine.Calls, call => call.StartsWith($"apt-get {Packages} curl", StringComparison.Ordinal));
        Assert.Contains("curl -fsSL --retry 2 https://dot.net/v1/dotnet-install.sh", _machine.Calls);
    }

    [Fact]
    public async Task An_sdk_in_the_home_folder_is_found_even_when_it_is_not_on_the_path()
    {
        _machine.HaveSdkAtHome();
        Assert.Equal("ran list\n", (await _machine.RunAsync("sweep list")).Output);
        Assert.Equal("ran list\n", (await _machine.RunAsync("sweep list")).Output);
        Assert.Empty(_machine.Calls);
    }

    [Fact]
    public async Task A_home_folder_that_cannot_hold_the_sdk_is_named()
    {
        _machine.Have("curl");
        _machine.HavePostgres();
        var answer = await _machine.RunAsync("sweep list", Yes, ("HOME", "/dev/null"));
        Assert.Equal(3, answer.Code);
        Assert.EndsWith(
            "sweep: the .NET SDK 10 could not be installed: /dev/null/.dotnet cannot be made; name a folder that can with HOME.\n",
            answer.Error);
    }

    [Fact]
    public async Task The_tests_command_uses_the_same_installation()
    {
        _machine.Have("curl");
        var answer = await _machine.RunAsync("check", ("SWEEP_INSTALL", "no"));
        Assert.Equal(
            (3, "check: the .NET SDK 10 is missing. Install it: https://learn.microsoft.com/dotnet/core/install/linux, "
                + "or type SWEEP_INSTALL=yes ./check\n"),
            (answer.Code, answer.Error));
        _machine.GoOffline();
        answer = await _machine.RunAsync("check", Yes);
        Assert.Equal(3, answer.Code);
        Assert.EndsWith("could not be installed: E: Unable to fetch some archives.\n", answer.Error);
    }
}
