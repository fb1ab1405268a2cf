using Npgsql;
using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Storage.Connections;

namespace Sweep.Tests.Postgres;

public sealed class PostgresTlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sweep-tls-rule-").FullName;

    private string Authority => Path.Combine(_folder, "ca.crt");

    /// <summary>The settings for text that every resolved connection string has.</summary>
    private const string Utf8 = ";Client Encoding=UTF8;Encoding=UTF8";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("/var/run/postgresql")]
    [InlineData("@abstract")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    [InlineData("127.0.0.1")]
    [InlineData("127.9.8.7")]
    [InlineData("127.0.0.1:5433")]
    [InlineData("::1")]
    [InlineData("[::1]")]
    [InlineData("[::1]:5433")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("localhost,127.0.0.1:5433,/tmp")]
    public void On_this_machine_a_connection_string_stays_as_it_is_written(string host)
    {
        File.WriteAllText(Authority, "");
        var several = host.Contains(',', StringComparison.Ordinal) ? ";Target Session Attributes=primary" : "";
        Assert.Equal($"Host={host}{several}{Utf8}", Resolve($"Host={host}"));
        Assert.Equal($"Host={host};SSL Mode=Disable{several}{Utf8}", Resolve($"Host={host};SSL Mode=Disable"));
    }

    [Theory]
    [InlineData("db")]
    [InlineData("db.example:5433")]
    [InlineData("10.0.0.7")]
    [InlineData("0.0.0.0")]
    [InlineData("128.0.0.1")]
    [InlineData("::2")]
    [InlineData("[fe80::1]:5432")]
    [InlineData("localhost.example")]
    [InlineData("localhost,db")]
    [InlineData("/tmp,10.0.0.7")]
    public void Beyond_this_machine_the_server_must_prove_its_identity(string host)
    {
        Assert.Equal(SslMode.VerifyFull, Builder($"Host={host}").SslMode);
        Assert.Equal(SslMode.VerifyFull, Builder($"Host={host};SSL Mode=VerifyFull").SslMode);
    }

    [Theory]
    [InlineData("Disable")]
    [InlineData("Allow")]
    [InlineData("Prefer")]
    [InlineData("Require")]
    [InlineData("VerifyCA")]
    public void A_weaker_TLS_mode_beyond_this_machine_is_refused_in_one_line_without_the_password(string mode)
    {
        var error = Assert.Throws<FormatException>(() => Resolve($"Host=db;Password=secret;SSL Mode={mode}"));
        Assert.Equal(
            $"found SSL Mode={mode} for db, which is not this machine; leave it out or write SSL Mode=VerifyFull (sslmode=verify-full).",
            error.Message);
    }

    [Fact]
    public void The_TLS_settings_of_psql_are_read_and_written()
    {
        Assert.Contains(
            "SSL Mode=Require", Assert.Throws<FormatException>(() => Resolve("postgresql://db/sweep?sslmode=require")).Message,
            StringComparison.Ordinal);
        var builder = Builder("postgresql://ada@db/sweep?sslmode=verify-full&sslrootcert=/certificates/ca.crt&sslcert=/c&sslkey=/k");
        Assert.Equal(
            (SslMode.VerifyFull, "/certificates/ca.crt", "/c", "/k"),
            (builder.SslMode, builder.RootCertificate, builder.SslCertificate, builder.SslKey));
        Assert.Equal(
            "postgresql://ada@db:5432/sweep?sslmode=verify-full&sslrootcert=/certificates/ca.crt",
            PostgresAddress.ToUri("Host=db;Username=ada;Database=sweep;SSL Mode=VerifyFull;Root Certificate=/certificates/ca.crt"));
    }

    [Fact]
    public void The_authority_is_that_of_the_connection_the_folder_of_certificates_or_the_system()
    {
        Assert.Null(Builder("Host=db").RootCertificate);
        File.WriteAllText(Authority, "");
        Assert.Equal(Authority, Builder("Host=db").RootCertificate);
        Assert.Equal("/other.crt", Builder("Host=db;Root Certificate=/other.crt").RootCertificate);
        Assert.Null(new NpgsqlConnectionStringBuilder(PostgresAddress.Resolve("Host=db", null, certificates: null)).RootCertificate);
    }

    [Fact]
    public void A_password_may_come_from_a_file_unless_the_connection_string_has_one()
    {
        var file = Path.Combine(_folder, "password");
        Assert.Contains(
            $"found {file} as the file of the password, which cannot be read",
            Assert.Throws<FormatException>(() => Password("Host=db", file)).Message, StringComparison.Ordinal);
        File.WriteAllText(file, "\nto be\n");
        Assert.Contains(
            "whose first line is empty", Assert.Throws<FormatException>(() => Password("Host=db", file)).Message, StringComparison.Ordinal);
        File.WriteAllText(file, "to be; or 'not'\n");
        Assert.Equal("to be; or 'not'", Password("Host=db", file));
        Assert.Equal("to be; or 'not'", Password("postgresql://ada@db/sweep", file));
        foreach (var written in new[] { " to be ", " to be \n", " to be \r\n", " to be \nor not", "\ufeff to be \n" })
        {
            File.WriteAllText(file, written);
            Assert.Equal(" to be ", Password("Host=db", file));
        }

        File.WriteAllText(file, "to be; or 'not'\n");
        Assert.Equal("written", Password("Host=db;Password=written", file));
        Assert.Equal("to be; or 'not'", new NpgsqlConnectionStringBuilder(ClusterChoice.From("Host=db", file).ConnectionString).Password);
        Assert.StartsWith(
            "--postgres: found ", Assert.Throws<WrongInputException>(() => ClusterChoice.From("Host=db", "/nowhere")).Message,
            StringComparison.Ordinal);

        static string? Password(string text, string file) =>
            new NpgsqlConnectionStringBuilder(PostgresAddress.Resolve(text, file, null)).Password;
    }

    private string Resolve(string text) => PostgresAddress.Resolve(text, null, _folder);

    private NpgsqlConnectionStringBuilder Builder(string text) => new(Resolve(text));
}
