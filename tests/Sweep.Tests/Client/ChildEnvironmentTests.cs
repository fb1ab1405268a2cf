using Sweep.Client.Local;

namespace Sweep.Tests.Client;

/// <summary>Tests which variables of the user's environment the programs of a private cluster get.</summary>
public sealed class ChildEnvironmentTests
{
    [Fact]
    public void PostgreSQL_gets_no_variable_of_its_own_and_an_English_locale()
    {
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = "/bin",
            ["PGDATA"] = "/other",
            ["PGPORT"] = "1",
            ["PGOPTIONS"] = "-c x",
            ["PG_COLOR"] = "always",
            ["TZ"] = "Nowhere",
            ["SWEEP_POSTGRES"] = "Password=secret",
            ["LC_ALL"] = "de_DE.ISO-8859-1",
        };
        ChildEnvironment.OfPostgres(environment);
        Assert.Equal(new Dictionary<string, string?> { ["PATH"] = "/bin", ["LC_ALL"] = "C" }, environment);
    }

    [Fact]
    public void A_private_silo_gets_no_variable_that_is_meant_for_another_silo()
    {
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = "/bin",
            ["HOME"] = "/home/ada",
            ["CUDA_VISIBLE_DEVICES"] = "1",
            ["SWEEP_HOME"] = "/home",
            ["SWEEP_LIBTORCH"] = "/torch",
            ["SWEEP_TRAINER"] = "/trainer",
            ["SWEEP_POSTGRES"] = "Host=elsewhere",
            ["SWEEP_POSTGRES_PASSWORD_FILE"] = "/none",
            ["SWEEP_ROLE"] = "control",
            ["SWEEP_SLOTS"] = "0",
            ["SWEEP_DEVICES"] = "cuda:9",
            ["SWEEP_SILOPORT"] = "11111",
            ["SWEEP_HTTPPORT"] = "80",
            ["SWEEP_DASHBOARD"] = "maybe",
            ["SWEEP_ADDRESS"] = "10.0.0.7",
            ["PGCLIENTENCODING"] = "LATIN1",
            ["PGPASSWORD"] = "secret",
        };
        ChildEnvironment.OfPrivateSilo(environment, "Host=/home");
        Assert.Equal(
            new SortedDictionary<string, string?>
            {
                ["PATH"] = "/bin",
                ["HOME"] = "/home/ada",
                ["CUDA_VISIBLE_DEVICES"] = "1",
                ["SWEEP_HOME"] = "/home",
                ["SWEEP_LIBTORCH"] = "/torch",
                ["SWEEP_TRAINER"] = "/trainer",
                ["SWEEP_POSTGRES"] = "Host=/home",
                ["SWEEP_PARENT"] = "stdin",
            },
            new SortedDictionary<string, string?>(environment));
    }
}
